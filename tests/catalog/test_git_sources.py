"""Catalogs and packs from repositories, and what a checkout is called."""

import os
from pathlib import Path

import pytest

from bakehouse.graph.diagnostics import Diagnostic
from bakehouse.graph.errors import InvalidInput
from bakehouse.resolvers.catalog import Catalog, CatalogSource, Sources, load_catalog, load_catalog_from
from bakehouse.resolvers.git import Mirrors
from repository import Repository

PLATFORM = "kind: Platform\nmetadata: {name: %s}\nspec: {packs: [%s]}\n"
TYPE = "kind: ResourceType\nmetadata: {name: %s}\n"


@pytest.fixture
def mirrors(tmp_path: Path) -> Mirrors:
    return Mirrors.of_user({**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")})


@pytest.fixture
def aws(tmp_path: Path) -> Repository:
    files = {
        "packs/aws/platform.yaml": PLATFORM % ("aws", "{name: net, source: ../net}"),
        "packs/aws/types.yaml": TYPE % "bucket",
        "packs/aws/modules/m/values.yaml": "not: ours",
        "packs/aws/.hidden/x.yaml": "not: ours",
        "packs/net/types.yaml": TYPE % "gateway",
    }
    made = Repository.made(tmp_path / "aws.git", files)
    made.git("tag", "1.4.0")
    return made


def load(tmp_path: Path, mirrors: Mirrors, pack: str) -> Catalog:
    (tmp_path / "platform").mkdir(exist_ok=True)
    (tmp_path / "platform" / "p.yaml").write_text(PLATFORM % ("acme", pack))
    return load_catalog(CatalogSource.of("platform", tmp_path), mirrors)


def refused(tmp_path: Path, mirrors: Mirrors, pack: str) -> Diagnostic:
    with pytest.raises(InvalidInput) as raised:
        load(tmp_path, mirrors, pack)
    (found,) = raised.value.diagnostics
    return found


def test_a_pack_from_git_is_read_with_the_packs_beside_it(
    tmp_path: Path, mirrors: Mirrors, aws: Repository
) -> None:
    pack = f'{{name: aws, source: "{aws.url}//packs/aws", version: 1.4.0}}'
    found = load(tmp_path, mirrors, pack)
    commit = aws.git("rev-parse", "HEAD")
    assert [n.name for n in found.layers] == ["acme", "aws", "aws", "bakehouse"]
    assert [n.revision for n in found.snapshot.layers[1:3]] == [f"{commit}:packs/aws", f"{commit}:packs/net"]
    assert set(found.snapshot.layers[1].files) == {"platform.yaml", "types.yaml"}
    assert str(found.layers[1].types["bucket"].place) == "aws@1.4.0/packs/aws/types.yaml:1:1"
    assert found.type("gateway") is not None
    assert not found.is_committed, "the catalog itself lies in no repository"


def test_the_snapshot_is_read_again_without_the_repository(
    tmp_path: Path, mirrors: Mirrors, aws: Repository
) -> None:
    found = load(tmp_path, mirrors, f'{{name: aws, source: "{aws.url}//packs/aws@1.4.0"}}')
    again = load_catalog_from(found.snapshot.files())
    assert again.snapshot.files() == found.snapshot.files()
    assert again.revision == found.revision


def test_a_catalog_in_git_is_called_by_its_commit(tmp_path: Path, mirrors: Mirrors, aws: Repository) -> None:
    source = Sources(mirrors).find(f"git::{aws.url}//packs/net@1.4.0", tmp_path)
    found = load_catalog(source, mirrors)
    assert found.revision == f"{aws.git('rev-parse', 'HEAD')}:packs/net"
    assert found.is_committed


@pytest.mark.parametrize(
    ("pack", "code"),
    [
        ('{name: aws, source: "URL"}', "git-version-missing"),
        ('{name: aws, source: "URL", version: main}', "git-version-floating"),
        ('{name: aws, source: "URL", version: 1.5.0}', "git-version-unknown"),
        ('{name: aws, source: "URL//nowhere", version: 1.4.0}', "catalog-missing"),
        ('{name: aws, source: "URLx", version: 1.4.0}', "git-unreachable"),
        ('{name: aws, source: "git::https://a:b@host/x", version: 1.4.0}', "git-credentials"),
    ],
)
def test_a_pack_that_cannot_be_had_is_told_where_it_is_listed(
    tmp_path: Path, mirrors: Mirrors, aws: Repository, pack: str, code: str
) -> None:
    found = refused(tmp_path, mirrors, pack.replace("URL", aws.url))
    assert (found.code, str(found.place)) == (code, "platform/p.yaml:3:16")


def test_links_and_submodules_are_refused(tmp_path: Path, mirrors: Mirrors, aws: Repository) -> None:
    (aws.folder / "packs" / "net" / "secret.yaml").symlink_to("/etc/hostname")
    commit = aws.commit({})
    found = refused(tmp_path, mirrors, f'{{name: n, source: "{aws.url}//packs/net", version: {commit}}}')
    assert found.code == "git-link"
    assert "secret.yaml" in found.message


def test_a_pack_in_git_stays_inside_its_repository(tmp_path: Path, mirrors: Mirrors, aws: Repository) -> None:
    out = {"packs/aws/platform.yaml": PLATFORM % ("aws", "{name: x, source: ../../../etc}")}
    commit = aws.commit(out)
    found = refused(tmp_path, mirrors, f'{{name: aws, source: "{aws.url}//packs/aws", version: {commit}}}')
    assert found.code == "path-leaves-catalog"


def test_a_checkout_has_the_revision_of_its_commit_until_something_differs(tmp_path: Path) -> None:
    made = Repository.made(tmp_path / "r", {"platform/t.yaml": TYPE % "x", ".gitignore": "ignored.yaml\n"})
    folder = made.folder / "platform"

    def revision() -> str:
        return load_catalog(CatalogSource.of("platform", made.folder)).revision

    committed = f"{made.git('rev-parse', 'HEAD')}:platform"
    assert revision() == committed
    (made.folder / "unrelated.txt").write_text("changed")
    (folder / "notes.md").write_text("no catalog file")
    assert revision() == committed
    for name in ("t.yaml", "new.yaml", "ignored.yaml"):
        before = (folder / name).read_text() if (folder / name).exists() else None
        (folder / name).write_text(TYPE % "other" + "# changed\n")
        assert revision().startswith("dirty:"), name
        if before is None:
            (folder / name).unlink()
        else:
            (folder / name).write_text(before)
        assert revision() == committed
    (folder / "t.yaml").unlink()
    assert revision().startswith("dirty:")
