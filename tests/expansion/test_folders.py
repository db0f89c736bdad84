"""Folders that a definition's inputs name travel as values: into what a driver describes, into plans, into records."""

from collections.abc import Mapping
from textwrap import dedent
from typing import Any

import pytest

from bakehouse.graph.diagnostics import Diagnostic
from bakehouse.graph.errors import InvalidInput
from bakehouse.graph.types import DriverDescription, InputProblem, NotDescribed
from bakehouse.resolvers.catalog import Catalog, LayerFiles, Snapshot, load_catalog, load_catalog_from
from bakehouse.resolvers.review import review_catalog
from compiling import LOCAL, application, compiled
from fakes.schemas import FakeSchemas, described

DEFINITION = """
kind: ResourceDefinition
metadata: {name: bucket}
spec:
  type: s3
  driver: planter
  match: [{}]
  inputs:
    source: SOURCE
    name: "${resource.id}"
"""
MODULE = 'output "name" { value = "${var.name}" }\n'
OUTPUTS: dict[str, Any] = {name: {} for name in load_catalog().type("s3").output_fields()}  # type: ignore[union-attr]


def catalog(source: str = "./modules/s3", files: Mapping[str, bytes] | None = None) -> Catalog:
    held = {"modules/s3/main.tf": MODULE.encode(), "modules/s3/a/blob": b"\xff\x00", "modules/b/c.tf": b""}
    below = {f"dns/{path}": content for path, content in (held if files is None else files).items()}
    text = dedent(DEFINITION.replace("SOURCE", source)) + "---" + LOCAL
    layer = LayerFiles("own", "platform", {"dns/all.yaml": text.encode(), **below})
    return load_catalog_from(Snapshot((layer, *load_catalog().snapshot.layers[1:])).files())


def drivers(asked: list[Mapping[str, Any]], raises: NotDescribed | None = None) -> FakeSchemas:
    def describe(inputs: Mapping[str, Any]) -> DriverDescription:
        asked.append(inputs)
        if raises is not None:
            raise raises
        return described(outputs=OUTPUTS)

    return FakeSchemas({"planter": describe}, folders={"planter": frozenset({"source"})})


def problem(known: Catalog, raises: NotDescribed | None = None) -> Diagnostic:
    with pytest.raises(InvalidInput) as error:
        compiled(application("files: {type: s3}"), known, drivers([], raises))
    (found,) = error.value.diagnostics
    assert found in review_catalog(known, drivers([], raises))
    return found


def test_a_driver_is_given_the_files_and_so_is_every_resource() -> None:
    asked: list[Mapping[str, Any]] = []
    graph = compiled(application("files: {type: s3}"), catalog(), drivers(asked))
    folder = {"path": "dns/modules/s3", "files": {"a/blob": {"base64": "/wA="}, "main.tf": MODULE}}
    assert asked == [{"source": folder, "name": "${resource.id}"}]
    (node,) = graph
    assert node.inputs == {"source": folder, "name": "shared.files"}


def test_a_change_of_a_file_is_a_change_of_the_definitions_line() -> None:
    (node,) = compiled(application("files: {type: s3}"), catalog(), drivers([]))
    assert node.line_of is not None
    place = node.line_of(r"source.files.main\.tf")
    assert place is not None
    assert str(place).startswith("platform/dns/all.yaml:9")


@pytest.mark.parametrize("source", ["git::https://example.com/x?ref=1", "acme/s3/aws", '"./${resource.id}"'])
def test_what_names_no_folder_is_given_as_it_is_written(source: str) -> None:
    asked: list[Mapping[str, Any]] = []
    compiled(application("files: {type: s3}"), catalog(source), drivers(asked))
    assert asked[0]["source"] == source.strip('"')


def test_a_folder_that_is_not_there_is_told_at_its_line_with_the_nearest() -> None:
    found = problem(catalog("./modules/s4"))
    assert (found.code, found.hint) == ("folder-missing", "did you mean './modules/s3'?")
    assert str(found.place).startswith("platform/dns/all.yaml:9:")
    assert "inputs.source" in found.message


def test_a_folder_that_is_too_large_is_refused() -> None:
    assert problem(catalog(files={"modules/s3/x": bytes(1024 * 1024 + 1)})).code == "folder-too-large"


def test_what_a_driver_finds_wrong_is_told_at_the_input_that_it_names() -> None:
    raised = NotDescribed(InputProblem("some-code", "it is wrong", ("name",), "write another"))
    found = problem(catalog(), raised)
    assert (found.code, found.hint, found.pointer) == ("some-code", "write another", "/spec/inputs/name")
    assert str(found.place).startswith("platform/dns/all.yaml:10:")
    assert found.message == "definition 'bucket': inputs.name: it is wrong (driver 'planter')"
