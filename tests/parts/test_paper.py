"""The account on paper: its providers have the schemas that were written down, and its objects are files."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from parts import paper
from parts.paper_schema import MODULES, hide, used
from parts.terraform import terraform
from parts.tofu import tofu

pytestmark = pytest.mark.slow

QUEUE = 'resource "aws_sqs_queue" "this" {\n  name = "orders"\n  tags = { team = "bakery" }\n}\n'
PASSWORD = 'resource "random_password" "this" {\n  length  = 24\n  special = false\n}\n'


class Root:
    """A root module in a folder, and the program that runs it."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.account = paper.Account(folder / "account")
        self._folder, self._program = folder, program
        settings = paper.configuration(folder / "settings", program)
        self._environment = {
            **os.environ,
            **self.account.variables(),
            "TF_CLI_CONFIG_FILE": str(settings),
            "TF_DATA_DIR": str(folder / "data"),
        }

    def run(self, *words: str, code: int = 0, **changed: str) -> str:
        ran = subprocess.run(
            [self._program, *words],
            cwd=self._folder,
            env={**self._environment, **changed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def begin(self, text: str) -> None:
        (self._folder / "main.tf").write_text(text)
        self.run("init", "-input=false", "-no-color")

    def apply(self, text: str, code: int = 0) -> str:
        (self._folder / "main.tf").write_text(text)
        return self.run("apply", "-input=false", "-no-color", "-auto-approve", code=code)


@pytest.fixture(params=[tofu, terraform])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Root:
    program: Callable[[], Path] = request.param
    return Root(program(), tmp_path)


def plain(block: Mapping[str, Any]) -> Mapping[str, Any]:
    """A block without what a program adds when it writes a schema down."""
    attributes = block.get("attributes", {})
    return {
        "attributes": {
            n: {k: v for k, v in a.items() if k != "description_kind"} for n, a in attributes.items()
        },
        "block_types": {
            n: {**{k: v for k, v in b.items() if k != "block"}, "block": plain(b["block"])}
            for n, b in block.get("block_types", {}).items()
        },
    }


def test_each_provider_has_the_schema_that_was_written_down(root: Root) -> None:
    root.begin(QUEUE + PASSWORD)
    served = json.loads(root.run("providers", "schema", "-json"))["provider_schemas"]
    for source, found in served.items():
        if source.endswith(("/hashicorp/aws", "/hashicorp/random")):
            written = paper.schema(source.rpartition("/")[2])
            for part in ("resource_schemas", "data_source_schemas"):
                for name, block in written.get(part, {}).items():
                    assert plain(found[part][name]["block"]) == plain(block["block"]), name
            assert plain(found["provider"]["block"]) == plain(written["provider"]["block"])


def test_all_that_the_modules_use_is_written_down() -> None:
    assert list(MODULES.iterdir())
    for provider in ("aws", "random"):
        written = paper.schema(provider)
        assert sorted(written["resource_schemas"]) == list(used("resource", provider))
        assert sorted(written.get("data_source_schemas", {})) == list(used("data", provider))


def test_an_object_is_a_file_and_what_becomes_of_the_file_is_seen(root: Root) -> None:
    root.begin(QUEUE)
    root.apply(QUEUE)
    assert root.account.only("aws_sqs_queue")["tags"] == {"team": "bakery"}
    assert "No changes" in root.run("plan", "-no-color")
    root.account.change("aws_sqs_queue", tags={"team": "mill"})
    assert '"mill" -> "bakery"' in root.run("plan", "-no-color")
    root.account.lose("aws_sqs_queue", root.account.only("aws_sqs_queue")["id"])
    assert "aws_sqs_queue.this will be created" in root.run("plan", "-no-color")
    root.apply(QUEUE)
    root.run("destroy", "-auto-approve", "-no-color")
    assert root.account.kinds() == {}


def test_a_name_that_is_taken_is_refused(root: Root) -> None:
    twice = QUEUE + QUEUE.replace('"this"', '"other"')
    root.begin(twice)
    assert "already exists" in root.apply(twice, code=1)
    assert root.account.kinds() == {"aws_sqs_queue": 1}


def test_a_security_group_of_another_name_is_another_one(root: Root) -> None:
    group = 'resource "aws_security_group" "this" {\n  name   = "NAME"\n  vpc_id = "vpc-1"\n}\n'
    root.begin(group)
    root.apply(group)
    assert "must be replaced" in root.apply(group.replace("NAME", "other"))
    assert root.account.only("aws_security_group")["name"] == "other"


def test_an_argument_that_the_real_one_does_not_take_is_refused(root: Root) -> None:
    root.begin(QUEUE)
    said = root.apply(QUEUE.replace("name =", "nome ="), code=1)
    assert 'An argument named "nome" is not expected here' in said


def test_without_an_account_or_a_region_nothing_is_planned(root: Root) -> None:
    root.begin(QUEUE)
    assert "No valid credential sources" in root.run("plan", code=1, AWS_PAPER_ACCOUNT="")
    assert "invalid AWS Region" in root.run("plan", code=1, AWS_REGION="")


def test_passwords_are_random_and_shown_nowhere(root: Root) -> None:
    results = "[random_password.this.result, random_password.other.result]"
    both = PASSWORD + PASSWORD.replace('"this"', '"other"')
    text = f'{both}output "both" {{\n  value     = {results}\n  sensitive = true\n}}\n'
    root.begin(text)
    said = root.apply(text)
    one, other = json.loads(root.run("output", "-json"))["both"]["value"]
    assert len(one) == len(other) == 24
    assert one != other
    assert one not in said
    assert "no special characters" in root.apply(text.replace("special = false", "special = true"), code=1)


def test_what_is_secret_within_a_block_is_marked_there() -> None:
    block: dict[str, Any] = {
        "block_types": {"user": {"block": {"attributes": {"password": {"type": "string"}}}}}
    }
    hide(block, {"user.password"})
    assert block["block_types"]["user"]["block"]["attributes"]["password"]["sensitive"] is True
