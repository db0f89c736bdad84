# All chores. Each target does its own set-up: Python 3.11 or newer (with venv) and make are all it needs.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
RUN := $(VENV)/.installed-run
DEV := $(VENV)/.installed-dev
PARTS := $(VENV)/.installed-parts
SETUP := pyproject.toml constraints.txt
SHOP := examples/shop
CLOUD := examples/eks-rds-route53
TYPED_BESIDES := tests benchmarks docs

# Where bytecode may not be kept, each of the many processes of a test, a demo or a benchmark would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo demo-cloud test test-fast parts lint format bench docs clean install packages constraints

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: $(RUN) ## plan and apply the shop example, with a real database, and open its page
	@$(BIN)/python $(SHOP)/demo.py

demo-cloud: $(PARTS) ## from a build to a cluster, a database server and a name server, all of them real, and back
	@cd tests && PYTHONPATH=. ../$(BIN)/python ../$(CLOUD)/demo.py

# Three runners keep two cores busy: tests wait for servers and programs about a third of their time. A runner that is done
# takes tests from the one with the most: of equal numbers, those that start whole systems would be the last for minutes.
test: $(DEV) ## everything
	$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

test-fast: $(DEV) ## what needs no real process or server
	$(BIN)/python -m pytest -n 2 --dist worksteal -m 'not slow' $(ARGS)

parts: $(PARTS) ## build the real systems that tests run against, once for each user
	@cd tests && ../$(BIN)/python -m parts

reliability: $(PARTS) ## run the tests of all scenarios, kill at every point, and write down what they came to
	$(BIN)/python -m pytest -n 2 --dist worksteal -m scenario --every-point --figures=docs/reliability.yaml
	$(BIN)/python docs/generate.py

lint: $(DEV) ## format, rules, types, storeys
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy -p bakehouse
	$(BIN)/mypy --explicit-package-bases --allow-untyped-defs --allow-untyped-calls $(wildcard $(TYPED_BESIDES))
	$(BIN)/pyright --warnings
	$(BIN)/lint-imports
	$(BIN)/python .ci/packages.py --check

format: $(DEV) ## put the code into the house's form
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(DEV) ## measure plan and apply beside terraform and tofu, where those are on the PATH
	$(BIN)/python -m benchmarks $(ARGS)

docs: $(DEV) ## write the pages that are made from the program itself
	$(BIN)/python docs/generate.py

clean: ## destroy the demo and remove everything that was made here
	@sh .ci/clean

install: $(DEV) ## only make the environment

packages: ## write the list of packages into pyproject.toml
	@$$(sh .ci/python) .ci/packages.py --write

constraints: ## resolve the newest versions of all packages and write constraints.txt
	sh .ci/constraints

$(BIN)/python:
	@$$(sh .ci/python) -m venv $(VENV)

$(RUN): $(SETUP) | $(BIN)/python
	@echo "installing Bakehouse into $(VENV)"
	@$(PIP) -c constraints.txt -e '.[all]'
	@touch $@

$(DEV): $(SETUP) | $(BIN)/python
	@echo "installing Bakehouse and what its tests need into $(VENV)"
	@$(PIP) -c constraints.txt -e '.[all,test]'
	@touch $@ $(RUN)

$(PARTS): $(SETUP) | $(BIN)/python
	@echo "installing Bakehouse, what its tests need, and the Go that builds their parts into $(VENV)"
	@$(PIP) -c constraints.txt -e '.[all,test,parts]'
	@touch $@ $(DEV) $(RUN)
