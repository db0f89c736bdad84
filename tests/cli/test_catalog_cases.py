"""The cases of a catalog: met, not met, and wrong in themselves."""

import pytest

from desk import Desk

CASES = """\
kind: CatalogTest
metadata: {name: a greeting names who is greeted}
spec:
  given:
    environmentType: plain
    shared:
      world: {type: greeting, params: {name: moon}}
      again: {type: greeting, params: {name: "${resources.world.text}"}}
  expect:
    resources:
      greeting#shared.world:
        definition: greeting
        driver: template
        inputs: {values: {text: hello moon}, secrets: {key: "***"}}
        outputs: [text, key]
      greeting#shared.again: {inputs: {values: {text: "hello ${greeting#shared.world.text}"}}}
      postgres#shared.world: null
---
kind: CatalogTest
metadata: {name: a database cannot be had}
spec:
  given: {environmentType: plain, workloads: {web: {resources: {db: {type: postgres}}}}}
  expect: {error: no-definition}
"""

WRONG = """\
kind: CatalogTest
metadata: {name: wrong}
spec:
  given: {environmentType: plain, shared: {world: {type: greeting, params: {name: moon}}}}
  expect:
    resources:
      greeting#shared.world:
        driver: files
        inputs: {values: {text: hello sun, more: 1}}
        outputs: [size]
      greeting#shared.moon: {driver: template}
---
kind: CatalogTest
metadata: {name: no error}
spec: {given: {environmentType: plain}, expect: {error: no-definition}}
---
kind: CatalogTest
metadata: {name: unexpected error}
spec: {given: {environmentType: nowhere}, expect: {resources: {greeting#x: null}}}
"""

pytestmark = pytest.mark.slow


def test_cases_that_are_met_are_listed_and_are_no_part_of_the_catalog(set_desk: Desk) -> None:
    before = set_desk.read("catalog", "list")["revision"]
    (set_desk.folder / "platform" / "greeting.test.yaml").write_text(CASES)
    run = set_desk("catalog", "test", "platform")
    assert run.out.startswith(
        "met     a greeting names who is greeted\nmet     a database cannot be had\n\n2 cases met in "
    )
    assert set_desk.read("catalog", "list")["revision"] == before
    found = set_desk.read("catalog", "test", "-C", "platform")
    assert (found["failed"], found["cases"][0]["where"]) == (0, "greeting.test.yaml:4:3")
    assert found["seconds"] < 1


def test_each_difference_is_told_at_its_line(set_desk: Desk) -> None:
    (set_desk.folder / "platform" / "wrong.test.yaml").write_text(WRONG)
    out = set_desk("catalog", "test", "platform", expect=1).out
    for line in (
        "NOT MET wrong",
        "wrong.test.yaml:8:17: greeting#shared.world: expected the driver files, found template",
        'greeting#shared.world: inputs.values.text: expected "hello sun", found "hello moon"',
        "greeting#shared.world: inputs.values.more is missing",
        "greeting#shared.world: gives no output size, only",
        "greeting#shared.moon: there is no such resource, but greeting#shared.world",
        "expected the error no-definition, found none",
        "which the catalog does not declare [unknown-environment-type]",
        "0 cases met, 3 not met",
    ):
        assert line in out


def test_cases_that_are_wrong_in_themselves_are_refused(set_desk: Desk) -> None:
    assert set_desk("catalog", "test", "platform", expect=1).codes == ["no-cases"]
    file = set_desk.folder / "platform" / "bad.test.yaml"
    file.write_text(CASES.replace("expect: {error", "expcet: {error"))
    run = set_desk("catalog", "test", "platform", expect=1)
    assert "unknown-key" in run.codes
    assert "bad.test.yaml:23" in run.err
