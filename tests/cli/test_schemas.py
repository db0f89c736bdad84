"""The JSON Schemas of the files that people write, and how editors find them."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from bakehouse.cli.main import main
from bakehouse.cli.schemas import FOLDER, kinds, modeline, schema_of, write_schemas
from bakehouse.resolvers.catalog import KINDS
from bakehouse.resolvers.shape import Shape
from house_tree import ROOT

KNOWN = sorted(kinds())


def parts(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every map inside a schema, with its path."""
    if isinstance(value, dict):
        yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from parts(item, f"{path}/{key}")


def referred(schema: Any, reference: str) -> Any:
    for step in reference.removeprefix("#/").split("/"):
        schema = schema[step]
    return schema


def test_there_is_a_schema_for_every_kind_of_file() -> None:
    assert {"Application", "Score", "Catalog", "CatalogTest", "Plan", *KINDS} == set(KNOWN)
    assert all(kinds().values())


@pytest.mark.parametrize("kind", KNOWN)
def test_every_property_says_what_it_means(kind: str) -> None:
    schema = schema_of(kind)
    bare = []
    for path, part in parts(schema):
        properties = {} if path.endswith("/properties") else part.get("properties", {})
        for name, body in properties.items():
            meant = {**(referred(schema, body["$ref"]) if "$ref" in body else {}), **body}
            if path.startswith("/allOf/") or str(meant.get("description", "")).strip():
                continue
            bare.append(f"{path}/{name}")
    assert bare == []
    assert sum("properties" in part for _, part in parts(schema)) >= 3


@pytest.mark.parametrize("kind", KNOWN)
def test_every_reference_leads_somewhere(kind: str) -> None:
    schema = schema_of(kind)
    found = [part["$ref"] for _, part in parts(schema) if isinstance(part.get("$ref"), str)]
    assert all(isinstance(referred(schema, reference), dict) for reference in found)


def test_the_schema_of_a_catalog_has_the_rules_of_each_of_its_kinds() -> None:
    schema = dict(schema_of("Catalog"))
    branches = {b["if"]["properties"]["kind"]["const"]: b["then"]["$ref"] for b in schema["allOf"]}
    assert branches == {kind: f"#/$defs/{kind}" for kind in KINDS}
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "examples/shop/platform").glob("*.yaml")]
    documents = [document for text in texts for document in yaml.safe_load_all(text)]
    assert len(documents) == 4
    for document in documents:
        branch = Shape({"$ref": branches[document["kind"]], "$defs": schema["$defs"]})
        assert branch.misfits(document) == []
        (misfit,) = branch.misfits({**document, "specs": {}})
        assert (misfit.code, misfit.path, misfit.hint) == ("unknown-key", ("specs",), "did you mean 'spec'?")


def test_a_file_names_its_schema_relative_to_itself() -> None:
    assert modeline("Application", PurePosixPath("bakehouse.yaml")) == (
        "# yaml-language-server: $schema=.bakehouse/schemas/Application.json\n"
    )
    assert modeline("Score", PurePosixPath("services/web/score.yaml")) == (
        "# yaml-language-server: $schema=../../.bakehouse/schemas/Score.json\n"
    )


def test_schemas_are_written_once_and_again_where_they_differ(tmp_path: Path) -> None:
    assert write_schemas(tmp_path)
    assert {file.stem for file in (tmp_path / FOLDER).iterdir()} == set(KNOWN)
    assert json.loads((tmp_path / FOLDER / "Score.json").read_text(encoding="utf-8")) == schema_of("Score")
    assert not write_schemas(tmp_path)
    (tmp_path / FOLDER / "Score.json").write_text("{}", encoding="utf-8")
    assert write_schemas(tmp_path)
    assert not write_schemas(tmp_path)


def test_init_writes_the_schemas_and_names_them_in_its_files(
    tmp_path: Path, isolated_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bakehouse.cli.main._leave", sys.exit)
    first = CliRunner().invoke(main, ["init"])
    assert "  wrote .bakehouse/schemas, with which editors check the files\n" in first.stdout
    for name in ("bakehouse.yaml", "score.yaml"):
        line = (tmp_path / name).read_text(encoding="utf-8").splitlines()[0]
        assert (tmp_path / line.partition("$schema=")[2]).is_file()
    assert "wrote" not in CliRunner().invoke(main, ["init"]).stdout
    assert CliRunner().invoke(main, ["validate"]).exit_code == 0


def test_without_a_kind_all_are_listed() -> None:
    text = CliRunner().invoke(main, ["schema"]).stdout
    assert text.splitlines()[0].startswith("Application         What belongs together: ")
    assert [line.split()[0] for line in text.splitlines()[: len(KNOWN)]] == list(kinds())
    assert text.endswith(
        "\nbakehouse schema KIND prints one; bakehouse init writes all of them for editors.\n"
    )
