"""`validate` with and without a catalog, as literal text."""

from pathlib import Path

import pytest

from desk import Desk

SCORE = """\
apiVersion: score.dev/v1b1
metadata: {name: web}
containers:
  main:
    image: .
    variables: {A: "${resources.orders.name}", B: "${resources.queue.url}"}
resources:
  orders: {type: kafka-topic}
  queue: {type: acme-queue}
"""


@pytest.fixture
def lone(tmp_path: Path, isolated_home: Path) -> Desk:
    """A folder with one Score file and nothing else."""
    folder = tmp_path / "lone"
    folder.mkdir()
    (folder / "score.yaml").write_text(SCORE, encoding="utf-8")
    return Desk(folder)


def test_without_a_catalog_what_can_be_checked_is_and_the_rest_is_named(lone: Desk) -> None:
    assert lone("validate", "--no-catalog").out == (
        "Valid: lone, 1 workload, 2 declared resources.\n"
        "  not checked: how workloads and resources are met: that takes a catalog\n"
        "  not checked: params and outputs of what is no standard type: acme-queue\n"
    )
    assert lone.read("validate", "--no-catalog")["unchecked"] == [
        "how workloads and resources are met: that takes a catalog",
        "params and outputs of what is no standard type: acme-queue",
    ]
    assert [p.name for p in lone.folder.iterdir()] == ["score.yaml"]


def test_where_no_catalog_is_set_this_machine_is_tried_too(lone: Desk) -> None:
    out = lone("validate").out
    assert out.startswith(
        "Valid: lone, 1 workload, 2 declared resources, checked with what is built in, for type local.\n"
        "  not checked: how workloads and resources are met on your platform: that takes its catalog\n"
        "  not checked: params and outputs of what is no standard type: acme-queue\n"
        "  warning: in environments of type local: no definition meets kafka-topic "
    )


def test_problems_are_found_without_a_catalog(lone: Desk) -> None:
    lone.edit("score.yaml", lambda text: text.replace("orders.name", "orders.nmae"))
    for words in (("validate",), ("validate", "--no-catalog")):
        run = lone(*words, expect=1)
        assert "unknown-output" in run.codes
        assert "did you mean 'name'?" in run.err


def test_a_catalog_that_cannot_be_read_can_be_done_without(desk: Desk) -> None:
    desk.edit("bakehouse.yaml", lambda text: text.replace("./platform", "./elsewhere"))
    assert desk("validate", expect=1).codes == ["catalog-missing"]
    assert desk("validate", "--no-catalog").out.startswith(
        "Valid: hello, 0 workloads, 2 declared resources.\n"
    )


def test_a_type_of_environment_needs_a_catalog(lone: Desk) -> None:
    assert lone("validate", "--no-catalog", "--type", "local", expect=1).codes == ["usage"]


def test_overrides_are_checked_with_the_files(lone: Desk) -> None:
    (lone.folder / "prod.yaml").write_text("resources: {orders: {type: postgres}}\n", encoding="utf-8")
    out = lone("validate", "--no-catalog", "--overrides-file", "prod.yaml").out
    assert out.endswith("  notice: the Score files are overridden by prod.yaml\n")
    run = lone("validate", "--no-catalog", "--override-property", "resources.orders.type=redis", expect=1)
    assert run.codes == ["unknown-output", "overridden"]
