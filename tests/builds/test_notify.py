"""A notification is recorded once, and says what it means for each environment whose rules take it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from bakehouse.graph.diagnostics import Place
from bakehouse.graph.errors import InvalidInput
from bakehouse.plans.operations.builds import Notified, Subject, notify, subject_of
from bakehouse.plans.state.builds import BuildRecord
from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.conformance.bench import me
from bakehouse.plans.state.records import DeploymentStatus
from bakehouse.plans.state.sql import SqlStore, open_store
from bakehouse.resolvers.application import load_application
from bakehouse.resolvers.catalog import BuildRule, EnvironmentType

A, B = (f"registry.example/web@sha256:{letter * 64}" for letter in "ab")
SHOP = Subject("shop", {"web": {"main": ".", "side": "nginx:1"}, "worker": {"main": "busy:1"}})
PLACE = Place("platform.yaml")

TYPES = {
    "dev": EnvironmentType("dev", "own", PLACE, builds=(BuildRule("^refs/heads/", deploy=True),), order=1),
    "live": EnvironmentType(
        "live", "own", PLACE, builds=(BuildRule("^refs/heads/main$", ("we*",)),), order=2
    ),
    "none": EnvironmentType("none", "own", PLACE),
}


@pytest.fixture
def store(tmp_path: Path, isolated_home: Path) -> SqlStore:
    made = open_store("sqlite:///s.db", create=True, state_home=isolated_home, base=tmp_path)
    for name in ("live", "none", "dev"):
        made.register(replace(samples.environment(name), type=name))
    made.register(replace(samples.environment("dev", "blog"), type="dev"))
    return made


def told(store: SqlStore, image: str = A, **more: object) -> Notified:
    given = {
        "workload": "web",
        "ref": "refs/heads/main",
        "received": "2026-01-02T00:00:00.000Z",
        "actor": "ci",
        **more,
    }
    build = BuildRecord(0, "shop", image=image, **given)  # type: ignore[arg-type]
    return notify(store, SHOP, build, lambda e: TYPES.get(e.type))


def means(found: Notified) -> list[tuple[str, bool, str]]:
    return [(s.environment.name, s.deploy, s.effect.value) for s in found.selections]


def deploy(store: SqlStore, name: str, image: str, planned: str) -> None:
    (home,) = (e for e in store.reader().environments("shop") if e.name == name)
    with store.hold(home.uid, me()) as writer:
        begun = writer.begin(samples.deployment(images={"web/main": image}, planned=planned), {})
        writer.finish(replace(begun, status=DeploymentStatus.SUCCEEDED))


def test_rules_select_environments_in_the_order_of_their_types(store: SqlStore) -> None:
    assert means(told(store)) == [("dev", True, "next"), ("live", False, "next")]
    assert means(told(store, B, ref="refs/heads/feature")) == [("dev", True, "next")]
    assert means(told(store, B, ref="refs/tags/v1")) == []
    assert means(told(store, B, workload="worker")) == [("dev", True, "next")]


def test_the_same_digest_twice_does_nothing(store: SqlStore) -> None:
    first = told(store)
    again = told(store, received="2026-01-03T00:00:00.000Z")
    assert (first.is_new, again.is_new) == (True, False)
    assert again.build == first.build
    assert store.reader().builds("shop") == (first.build,)
    assert store.reader().builds("blog") == ()


def test_an_older_build_replaces_no_newer_one(store: SqlStore) -> None:
    told(store, A, number=8)
    found = told(store, B, number=7)
    assert means(found) == [("dev", True, "superseded"), ("live", False, "superseded")]
    assert [s.counts for s in found.selections] == [A, A]


def test_what_is_deployed_already_is_said(store: SqlStore) -> None:
    deploy(store, "live", A, "2026-01-01T00:00:00.000Z")
    assert means(told(store)) == [("dev", True, "next"), ("live", False, "deployed")]


def test_a_deployment_of_another_image_since_then_counts(store: SqlStore) -> None:
    told(store)
    deploy(store, "live", "mine:1", "2026-01-03T00:00:00.000Z")
    found = told(store)
    assert means(found)[1] == ("live", False, "superseded")
    assert found.selections[1].counts == "mine:1"


def test_a_pin_goes_before_every_build(store: SqlStore) -> None:
    (live,) = (e for e in store.reader().environments("shop") if e.name == "live")
    store.amend(replace(live, images={"web/main": "mine:1"}))
    assert means(told(store))[1] == ("live", False, "pinned")


@pytest.mark.parametrize(
    ("more", "codes", "hint"),
    [
        ({"image": "web:1"}, ["image-without-digest"], None),
        ({"image": "web@sha256:12"}, ["image-without-digest"], None),
        ({"image": f"we b@sha256:{'a' * 64}"}, ["image-without-digest"], None),
        ({"workload": "wep"}, ["unknown-workload"], "did you mean 'web'?"),
        ({"container": "man"}, ["unknown-container"], "did you mean 'main'?"),
        ({"image": "x", "workload": "wep"}, ["image-without-digest", "unknown-workload"], None),
    ],
)
def test_what_is_wrong_is_not_recorded(
    store: SqlStore, more: dict[str, str], codes: list[str], hint: str | None
) -> None:
    with pytest.raises(InvalidInput) as error:
        told(store, **more)
    assert [d.code for d in error.value.diagnostics] == codes
    assert hint is None or error.value.diagnostics[0].hint == hint
    assert store.reader().builds("shop") == ()


def test_a_build_that_no_file_asks_for_is_recorded_with_a_warning(store: SqlStore) -> None:
    assert [d.code for d in told(store, workload="worker").remarks] == ["image-not-used"]
    assert [d.code for d in told(store, container="side").remarks] == ["image-not-used"]


def test_an_application_can_be_named_without_its_files(store: SqlStore) -> None:
    def nothing() -> object:
        raise AssertionError("no file is read")

    reader = store.reader()
    assert subject_of(reader, "shop", nothing) == Subject("shop", {})  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as error:
        subject_of(reader, "shpo", nothing)  # type: ignore[arg-type]
    assert error.value.diagnostics[0].hint == "did you mean 'shop'?"


def test_the_files_say_which_containers_await_an_image(tmp_path: Path, store: SqlStore) -> None:
    (tmp_path / "score.yaml").write_text(
        "apiVersion: score.dev/v1b1\nmetadata: {name: web}\ncontainers: {main: {image: .}, side: {image: 'x:1'}}\n"
    )
    found = subject_of(store.reader(), None, lambda: load_application(tmp_path))
    assert found.workloads == {"web": {"main": ".", "side": "x:1"}}


def test_rules_are_names_with_stars_and_searched_expressions() -> None:
    rule = BuildRule("heads/(main|dev)", ("web", "api-*"))
    assert rule.takes("refs/heads/main", "web")
    assert rule.takes("refs/heads/dev-2", "api-1")
    assert not rule.takes("refs/heads/feature", "web")
    assert not rule.takes("refs/heads/main", "website")
