"""Folders of repositories that a definition's inputs name: read once they are needed, and then values as any folder is."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bakehouse.graph.diagnostics import Diagnostic
from bakehouse.graph.errors import InvalidInput
from bakehouse.graph.types import DriverDescription, InputProblem, LeavesFolder
from bakehouse.resolvers.catalog import Catalog, CatalogSource, Sources, load_catalog, load_catalog_from
from bakehouse.resolvers.git import Mirrors
from bakehouse.resolvers.review import review_catalog
from compiling import LOCAL, application, compiled
from fakes.schemas import FakeSchemas, described
from repository import Repository

DEFINITION = """\
kind: ResourceDefinition
metadata: {name: %s}
spec:
  type: %s
  driver: planter
  match: [{}]
  inputs:
    source: %s
"""
MODULE = 'output "name" { value = "orders" }\n'
APP = application("files: {type: s3}")
OUTPUTS: dict[str, Any] = {name: {} for name in load_catalog().type("s3").output_fields()}  # type: ignore[union-attr]


@pytest.fixture
def modules(tmp_path: Path) -> Repository:
    files = {
        "s3/main.tf": MODULE,
        "s3/.helmignore": "x\n",
        "s3/inner/tests/kept.tf": "",
        "s3/.terraform/plugin": "left out",
        "s3/examples/main.tf": "left out",
        "s3/tests/main.tf": "left out",
        "large/main.tf": "#" * (1024 * 1024 + 1),
        "named/a\tb.tf": "",
        "README.md": "outside",
    }
    made = Repository.made(tmp_path / "modules", files)
    (made.folder / "linked").mkdir()
    (made.folder / "linked" / "main.tf").symlink_to("../s3/main.tf")
    made.commit({}, tag="v1.0.0")
    return made


@pytest.fixture
def mirrors(tmp_path: Path) -> Mirrors:
    return Mirrors.of_user({**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")})


def catalog(at: Path, mirrors: Mirrors | None, source: str, **others: str) -> Catalog:
    """One whose definition for s3 names `source`, and others for other types."""
    named = {"s3": source, **others}
    text = "---\n".join(DEFINITION % (type_, type_, named[type_]) for type_ in named) + f"---{LOCAL}"
    (at / "platform").mkdir(exist_ok=True)
    (at / "platform" / "all.yaml").write_text(text)
    return load_catalog(CatalogSource.of("platform", at), mirrors)


def drivers(asked: list[Any], leaves: bool = False) -> FakeSchemas:
    def describe(inputs: Mapping[str, Any]) -> DriverDescription:
        asked.append(inputs["source"])
        if leaves and not isinstance(inputs["source"], str):
            raise LeavesFolder(InputProblem("module-outside", "it calls ../net", ("source",)))
        return described(outputs=OUTPUTS)

    return FakeSchemas({"planter": describe}, folders={"planter": frozenset({"source"})})


def source_of(known: Catalog, *, leaves: bool = False) -> Any:
    (node,) = compiled(APP, known, drivers([], leaves))
    return node.inputs["source"]


def problem(known: Catalog) -> Diagnostic:
    with pytest.raises(InvalidInput) as error:
        compiled(APP, known, drivers([]))
    (found,) = error.value.diagnostics
    assert found in review_catalog(known, drivers([]))
    assert str(found.place).startswith("platform/all.yaml:8:")
    return found


def test_a_driver_is_given_the_files_of_the_version_and_so_is_every_resource(
    tmp_path: Path, modules: Repository, mirrors: Mirrors
) -> None:
    source, asked = f"git::{modules.url}//s3?ref=v1.0.0", list[Any]()
    modules.commit({"s3/main.tf": "later"})
    (node,) = compiled(APP, catalog(tmp_path, mirrors, source), drivers(asked))
    files = {".helmignore": "x\n", "inner/tests/kept.tf": "", "main.tf": MODULE}
    assert asked == [source, {"path": source, "files": files}]
    assert node.inputs["source"] == {"path": source, "files": files}


def test_a_commit_and_a_depth_are_understood(tmp_path: Path, modules: Repository, mirrors: Mirrors) -> None:
    source = f"git::{modules.url}//s3?depth=1&ref={modules.git('rev-parse', 'HEAD')}"
    assert source_of(catalog(tmp_path, mirrors, source))["files"]["main.tf"] == MODULE


def test_the_catalog_that_is_recorded_holds_them(
    tmp_path: Path, modules: Repository, mirrors: Mirrors
) -> None:
    known = catalog(tmp_path, mirrors, f"git::{modules.url}//s3?ref=v1.0.0")
    digest, found = known.snapshot.digest, source_of(known)
    shutil.rmtree(modules.folder)
    again = load_catalog_from(known.snapshot.files())
    assert (again.snapshot.digest, source_of(again)) == (digest, found)


def test_what_was_read_once_needs_no_network(tmp_path: Path, modules: Repository, mirrors: Mirrors) -> None:
    source = f"git::{modules.url}//s3?ref=v1.0.0"
    found = source_of(catalog(tmp_path, mirrors, source))
    shutil.rmtree(modules.folder)
    assert source_of(catalog(tmp_path, mirrors, source)) == found


def test_a_repository_that_no_resource_needs_is_not_asked(
    tmp_path: Path, modules: Repository, mirrors: Mirrors
) -> None:
    known = catalog(
        tmp_path, mirrors, f"git::{modules.url}//s3?ref=v1.0.0", dns="git::file:///nowhere?ref=v1.0.0"
    )
    assert source_of(known)["files"]["main.tf"] == MODULE


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("{url}//s3?ref=v1.0.1", "git-version-unknown"),
        ("{url}//s3?ref=main", "git-version-floating"),
        ("{url}//s4?ref=v1.0.0", "folder-missing"),
        ("{url}-gone//s3?ref=v1.0.0", "git-unreachable"),
        ("https://me:hunter2@example.com/x.git//s3?ref=v1.0.0", "git-credentials"),
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_told_at_the_definitions_line(
    tmp_path: Path, modules: Repository, mirrors: Mirrors, address: str, code: str
) -> None:
    found = problem(catalog(tmp_path, mirrors, f"git::{address.format(url=modules.url)}"))
    assert found.code == code
    assert "hunter2" not in found.message


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("git::{url}//large?ref=v1.0.0", "it holds more than 1 MiB"),
        ("git::{url}//linked?ref=v1.0.0", "it holds a symbolic link or a submodule"),
        ("git::{url}//named?ref=v1.0.0", "it holds a file whose name cannot be shown"),
        ("git::{url}//s3?ref=v1.0.0&sshkey=abc", "has settings besides ref and depth, or no ref"),
        ("git::{url}//s3", "has settings besides ref and depth, or no ref"),
        ("git::http://example.com/x.git?ref=v1.0.0", "repositories are not read by the protocol http://"),
        ("127.0.0.1:1/acme/s3/aws\n    version: 1.2.0", "127.0.0.1:1 cannot be asked: "),
    ],
)
def test_what_cannot_travel_is_given_as_it_is_written_and_told(
    tmp_path: Path, modules: Repository, mirrors: Mirrors, address: str, reason: str
) -> None:
    graph = compiled(APP, catalog(tmp_path, mirrors, f"{address.format(url=modules.url)}"), drivers([]))
    (node,), (told,) = graph, graph.remarks
    assert node.inputs["source"] == address.format(url=modules.url).partition("\n")[0]
    assert (told.code, told.severity, told.pointer) == ("folder-unread", "notice", "/spec/inputs/source")
    assert reason in told.message


def test_an_address_that_names_no_repository_is_given_as_it_is_written(
    tmp_path: Path, mirrors: Mirrors
) -> None:
    source = "s3::https://s3.example.com/modules/x.zip"
    graph = compiled(APP, catalog(tmp_path, mirrors, source), drivers([]))
    (node,) = graph
    assert (node.inputs["source"], graph.remarks) == (source, ())


def test_a_module_that_calls_another_outside_its_folder_is_given_as_it_is_written(
    tmp_path: Path, modules: Repository, mirrors: Mirrors
) -> None:
    source = f"git::{modules.url}//s3?ref=v1.0.0"
    assert source_of(catalog(tmp_path, mirrors, source), leaves=True) == source


def test_a_catalog_of_a_repository_reads_none_of_this_machine(
    tmp_path: Path, modules: Repository, mirrors: Mirrors
) -> None:
    source = f"git::{modules.url}//s3?ref=v1.0.0"
    own = Repository.made(tmp_path / "own", {"p.yaml": DEFINITION % ("s3", "s3", source) + f"---{LOCAL}"})
    found = Sources(mirrors).find(f"git::{own.url}@{own.git('rev-parse', 'HEAD')}", tmp_path)
    assert source_of(load_catalog(found, mirrors)) == source
