"""What definitions name belongs to the catalog: it is in the snapshot, in its digest, and in what counts as committed."""

import os
from pathlib import Path

import pytest

from bakehouse.resolvers.catalog import Catalog, CatalogSource, Sources, load_catalog, load_catalog_from
from bakehouse.resolvers.git import Mirrors
from repository import Repository

DEFINITION = """\
kind: ResourceDefinition
metadata: {name: record}
spec:
  type: dns
  driver: anything
  match: [{}]
  inputs:
    source: ./modules/record
    script: ./scripts/make.sh
    values: [../shared.tpl]
    other: ./nowhere
    computed: "./${resource.id}"
"""
FILES = {
    "catalog/dns/record.yaml": DEFINITION,
    "catalog/dns/modules/record/main.tf": "module",
    "catalog/dns/modules/record/sub/vars.yaml": "not: ours",
    "catalog/dns/modules/record/.terraform.lock.hcl": "lock",
    "catalog/dns/modules/record/.terraform/plugin": "binary",
    "catalog/dns/modules/other/main.tf": "not named",
    "catalog/dns/scripts/make.sh": "#!/bin/sh\n",
    "catalog/dns/scripts/other.sh": "not named",
    "catalog/shared.tpl": "text",
    "catalog/README.md": "not named",
}
NAMED = {
    "dns/record.yaml",
    "dns/modules/record/.terraform.lock.hcl",
    "dns/modules/record/main.tf",
    "dns/modules/record/sub/vars.yaml",
    "dns/scripts/make.sh",
    "shared.tpl",
}


@pytest.fixture
def made(tmp_path: Path) -> Repository:
    return Repository.made(tmp_path / "r", FILES)


def read(made: Repository) -> Catalog:
    return load_catalog(CatalogSource.of("catalog", made.folder))


def test_a_folders_snapshot_holds_what_its_definitions_name_and_no_more(made: Repository) -> None:
    found = read(made)
    files = found.snapshot.layers[0].files
    assert set(files) == NAMED
    assert files["dns/modules/record/main.tf"] == b"module"
    assert load_catalog_from(found.snapshot.files()).snapshot.files() == found.snapshot.files()


def test_a_commits_snapshot_is_that_of_its_folder(made: Repository, tmp_path: Path) -> None:
    mirrors = Mirrors.of_user({**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")})
    commit = made.git("rev-parse", "HEAD")
    found = load_catalog(Sources(mirrors).find(f"git::{made.url}//catalog@{commit}", tmp_path), mirrors)
    assert found.snapshot.layers[0].files == read(made).snapshot.layers[0].files
    assert found.revision == read(made).revision == f"{commit}:catalog"


@pytest.mark.parametrize("path", sorted(NAMED - {"dns/record.yaml"}))
def test_a_change_of_what_is_named_is_another_catalog(made: Repository, path: str) -> None:
    before = read(made).snapshot.digest
    (made.folder / "catalog" / path).write_text("changed: too")
    assert read(made).snapshot.digest != before
    assert read(made).revision.startswith("dirty:")


def test_what_nobody_names_makes_nothing_dirty(made: Repository) -> None:
    committed = read(made)
    for path in ("dns/modules/other/main.tf", "dns/scripts/new.sh", "README.md"):
        (made.folder / "catalog" / path).write_text("changed")
    assert read(made).revision == committed.revision


def test_a_link_among_them_is_not_followed_out_of_the_catalog(made: Repository, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (made.folder / "catalog" / "dns" / "modules" / "record" / "link").symlink_to(tmp_path / "secret")
    assert set(read(made).snapshot.layers[0].files) == NAMED
