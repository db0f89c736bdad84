"""A catalog's folder, its packs, its layers, and the snapshot that stands for them."""

from pathlib import Path

import pytest

from bakehouse.graph.diagnostics import Diagnostic, Severity
from bakehouse.graph.errors import InvalidInput
from bakehouse.resolvers.catalog import LOCAL_PACK, Catalog, CatalogSource, load_catalog, load_catalog_from
from folders import written

PLATFORM = "kind: Platform\nmetadata: {name: acme}\nspec: {organization: Acme Inc, packs: [%s]}\n"
TYPE = "kind: ResourceType\nmetadata: {name: %s}\nspec: {description: %s}\n"


def load(root: Path, files: dict[str, str], *, binding: bool = True) -> Catalog:
    written(root, files)
    return load_catalog(CatalogSource.of("platform", root, binding=binding))


def refused(root: Path, files: dict[str, str]) -> list[Diagnostic]:
    with pytest.raises(InvalidInput) as raised:
        load(root, files)
    return list(raised.value.diagnostics)


def test_without_a_catalog_the_pack_for_one_machine_is_used() -> None:
    found = load_catalog()
    assert [layer.name for layer in found.layers] == [LOCAL_PACK, "bakehouse"]
    assert [t.name for t in found.environment_types()] == ["local"]
    assert found.revision.startswith("built-in:")
    assert found.organization == "local"


def test_a_folder_of_any_layout_is_read_whole(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        {
            "platform/platform.yaml": PLATFORM % "",
            "platform/types/deep/one.yml": TYPE % ("one", "x") + "---\n" + TYPE % ("two", "x"),
            "platform/.hidden/x.yaml": "not: ours",
            "platform/modules/x/values.yaml": "not: ours",
            "platform/readme.md": "not ours",
        },
    )
    assert [layer.name for layer in found.layers] == ["acme", "bakehouse"]
    assert found.organization == "Acme Inc"
    assert str(found.layers[0].types["two"].place) == "platform/types/deep/one.yml:5:1"
    assert found.revision.startswith("dirty:")


def test_packs_follow_in_the_order_of_kind_platform_each_once(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        {
            "platform/p.yaml": PLATFORM % "{name: aws, source: ../aws}, {name: bakehouse/local}",
            "platform/t.yaml": TYPE % ("thing", "own"),
            "aws/p.yaml": "kind: Platform\nmetadata: {name: aws}\nspec: {packs: [{name: bakehouse/local}]}\n",
            "aws/t.yaml": TYPE % ("thing", "pack") + "---\n" + TYPE % ("postgres", "pack"),
        },
    )
    assert [layer.name for layer in found.layers] == ["acme", "aws", LOCAL_PACK, "bakehouse"]
    thing, postgres = found.type("thing"), found.type("postgres")
    assert thing is not None
    assert postgres is not None
    assert (thing.description, postgres.description) == ("own", "pack"), "the nearest layer answers"
    assert str(postgres.place) == "aws/t.yaml:5:1"


@pytest.mark.parametrize(
    ("pack", "code"),
    [
        ("{name: bakehouse/locla}", "unknown-pack"),
        ("{name: aws, source: 'git::https://x/y'}", "catalog-source-unsupported"),
        ("{name: aws, source: ../nowhere}", "catalog-missing"),
    ],
)
def test_a_pack_that_cannot_be_had_is_told(tmp_path: Path, pack: str, code: str) -> None:
    (found,) = refused(tmp_path, {"platform/p.yaml": PLATFORM % pack})
    assert found.code == code
    assert str(found.place) == "platform/p.yaml:3:40"


def test_a_folder_that_is_not_there_is_told_and_a_git_address_too(tmp_path: Path) -> None:
    assert [d.code for d in refused(tmp_path, {})] == ["catalog-missing"]
    with pytest.raises(InvalidInput) as raised:
        CatalogSource.of("https://example.com/x", tmp_path)
    assert raised.value.diagnostics[0].code == "catalog-source-unsupported"


def test_the_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    found = refused(
        tmp_path,
        {
            "platform/a.yaml": "kind: Platfrom\nmetadata: {name: x}\n",
            "platform/b.yaml": "a: [\n",
            "platform/c.yaml": TYPE % ("same", "x"),
            "platform/d.yaml": TYPE % ("same", "y"),
            "platform/e.yaml": PLATFORM % "",
            "platform/f.yaml": PLATFORM.replace("acme", "other") % "",
        },
    )
    assert [d.place.file if d.place else None for d in found] == [
        f"platform/{name}.yaml" for name in ("a", "b", "d", "f")
    ]
    assert {d.code for d in found} >= {"unknown-kind", "duplicate-name", "duplicate-platform"}


def test_a_link_that_leaves_the_folder_is_refused_and_one_inside_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path, {"platform/a.yaml": TYPE % ("one", "x"), "outside.yaml": TYPE % ("two", "x")})
    (tmp_path / "platform/inside.yaml").symlink_to("a.yaml")
    assert len(load_catalog(CatalogSource.of("platform", tmp_path)).layers[0].types) == 1
    (tmp_path / "platform/outside.yaml").symlink_to("../outside.yaml")
    (found,) = refused(tmp_path, {})
    assert (found.code, str(found.place)) == ("link-leaves-catalog", "platform/outside.yaml")


def test_connections_of_a_catalog_that_the_application_chose_are_not_read(tmp_path: Path) -> None:
    files = {"platform/c.yaml": "kind: Connection\nmetadata: {name: c}\nspec: {kind: postgres}\n"}
    assert load(tmp_path, files).connection("c")
    found = load(tmp_path, files, binding=False)
    assert found.connection("c") is None
    assert [(d.code, d.severity) for d in found.remarks] == [("connection-not-read", Severity.NOTICE)]


def test_a_snapshot_is_read_again_without_the_folder(tmp_path: Path) -> None:
    files = {
        "platform/p.yaml": PLATFORM % "{name: bakehouse/local}",
        "platform/t.yaml": TYPE % ("thing", "x"),
    }
    found = load(tmp_path, files, binding=False)
    again = load_catalog_from(found.snapshot.files())
    assert again.revision == found.revision
    assert [n.name for n in again.layers] == [n.name for n in found.layers]
    assert again.snapshot.files() == found.snapshot.files()
    assert list(again.definitions())
    assert [d.place for d in again.definitions()] == [d.place for d in found.definitions()]


def test_the_revision_is_that_of_the_content_not_of_the_folder(tmp_path: Path) -> None:
    files = {"platform/p.yaml": PLATFORM % ""}
    one, two = load(tmp_path / "a", files), load(tmp_path / "b", files)
    assert one.revision == two.revision
    assert load(tmp_path / "c", {"platform/p.yaml": PLATFORM % "" + "# more\n"}).revision != one.revision


@pytest.mark.parametrize(
    "files", [{}, {"layers.json": b"{}"}, {"layers.json": b"["}, {"layers.json": b'{"format": 9}'}]
)
def test_what_is_no_snapshot_is_told(files: dict[str, bytes]) -> None:
    with pytest.raises(InvalidInput) as raised:
        load_catalog_from(files)
    assert raised.value.diagnostics[0].code == "catalog-snapshot-unreadable"
