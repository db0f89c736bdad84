"""Workloads, resources and routes come and go in an application's files, and nothing that would be wrong is written."""

import os
from pathlib import Path

import pytest

from bakehouse.drivers.registry import Registry
from bakehouse.graph.errors import InvalidInput
from bakehouse.plans.operations.editing import (
    Edit,
    NewResource,
    NewRoute,
    NewWorkload,
    add_resource,
    add_route,
    add_workload,
    remove_resource,
    remove_route,
    remove_workload,
    settle,
    write,
)
from bakehouse.plans.reports.editing import edited
from bakehouse.resolvers.application import load_application
from bakehouse.resolvers.catalog import load_catalog

MANIFEST = """\
apiVersion: bakehouse.dev/v1
kind: Application
metadata: {name: shop}   # ours
spec:
  workloads: ["services/*/score.yaml"]
  shared:
    tickets: {type: volume}
    hall: {type: config, params: {from: "${resources.tickets.source}"}}
"""

WEB = """\
apiVersion: score.dev/v1b1
metadata: {name: web}
service: {ports: {www: {port: 8000}}}
containers:
  main:
    image: .
    command: [run]
    variables:
      URL: ${resources.db.host}/${resources.db.name}   # where it is
    files:
      /etc/x: {source: x.conf}
resources:
  # orders
  db: {type: postgres}
  tickets: {type: volume, id: tickets}
"""

WORKER = """\
apiVersion: score.dev/v1b1
metadata: {name: worker}
containers: {main: {image: ., command: [run], variables: {URL: "${resources.web.url}"}}}
resources:
  web: {type: service}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """An application in a folder of this test's own, beside which nothing else lies."""
    root = tmp_path / "shop"
    for name, text in (("web", WEB), ("worker", WORKER)):
        (root / "services" / name).mkdir(parents=True)
        (root / "services" / name / "score.yaml").write_text(text)
    (root / "services" / "web" / "x.conf").write_text("one\n${resources.db.port}\n")
    (root / "bakehouse.yaml").write_text(MANIFEST)
    return root


def done(root: Path, edit: Edit) -> None:
    settle(root, edit, lambda _: load_catalog(), Registry())
    write(root, edit)


def problems(root: Path, edit: Edit) -> list[str]:
    with pytest.raises(InvalidInput) as error:
        done(root, edit)
    return [d.code for d in error.value.diagnostics if d.is_error]


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_workload_comes_where_the_others_lie(shop: Path) -> None:
    before = files(shop)
    wanted = NewWorkload("mailer", command=("python", "main.py"), ports={"www": 8081}, variables={"A": "on"})
    done(shop, add_workload(shop, wanted))
    made = files(shop)
    assert made.pop("services/mailer/score.yaml").decode() == (
        "apiVersion: score.dev/v1b1\n"
        "metadata:\n  name: mailer\n"
        "service:\n  ports:\n    www:\n      port: 8081\n"
        "containers:\n  main:\n    image: .\n    command: [python, main.py]\n"
        '    variables:\n      A: "on"\n'
    )
    assert made == before
    done(shop, remove_workload(shop, "mailer"))
    assert files(shop) == before
    assert not (shop / "services" / "mailer").exists()


def test_a_workload_that_no_pattern_names_is_listed(shop: Path) -> None:
    done(shop, add_workload(shop, NewWorkload("mailer", file="jobs/mailer.yaml", command=("x",))))
    listed = 'workloads: ["services/*/score.yaml", "jobs/mailer.yaml"]'
    assert (shop / "bakehouse.yaml").read_text() == MANIFEST.replace(
        'workloads: ["services/*/score.yaml"]', listed
    )
    done(shop, remove_workload(shop, "mailer"))
    assert (shop / "bakehouse.yaml").read_text() == MANIFEST


def test_a_second_workload_gives_a_lone_score_file_its_application(tmp_path: Path) -> None:
    (tmp_path / "score.yaml").write_text(WEB.split("    variables")[0] + "resources: {}\n")
    done(tmp_path, add_workload(tmp_path, NewWorkload("mailer", command=("x",))))
    assert (
        (tmp_path / "bakehouse.yaml")
        .read_text()
        .endswith("spec:\n  workloads: [score.yaml, mailer/score.yaml]\n")
    )
    assert sorted(load_application(tmp_path).workloads) == ["mailer", "web"]


def test_a_resource_comes_at_the_end_and_says_what_it_offers(shop: Path) -> None:
    edit = add_resource(shop, "worker", NewResource("db", "postgres", params={"size": 3}))
    settled = settle(shop, edit, lambda _: load_catalog(), Registry())
    document = edited(edit, settled, written=False)
    assert document["files"] == [
        {
            "path": "services/worker/score.yaml",
            "action": "changed",
            "diff": [
                "--- services/worker/score.yaml",
                "+++ services/worker/score.yaml",
                "@@ -3,3 +3,7 @@",
                ' containers: {main: {image: ., command: [run], variables: {URL: "${resources.web.url}"}}}',
                " resources:",
                "   web: {type: service}",
                "+  db:",
                "+    type: postgres",
                "+    params:",
                "+      size: 3",
            ],
        }
    ]
    assert document["resources"][0]["placeholders"][:2] == ["${resources.db.host}", "${resources.db.port}"]
    assert (shop / "services/worker/score.yaml").read_text() == WORKER, "nothing is written yet"


def test_a_resource_that_is_missing_can_be_added_to_a_broken_application(shop: Path) -> None:
    score = shop / "services/worker/score.yaml"
    score.write_text(WORKER.replace("resources:\n  web: {type: service}\n", "resources: {}\n"))
    done(shop, add_resource(shop, "worker", NewResource("web", "service")))
    assert score.read_text() == WORKER.replace("{type: service}", "\n    type: service").replace(
        "web: \n", "web:\n"
    )


def test_what_is_still_referred_to_stays_and_every_line_is_named(shop: Path) -> None:
    before = files(shop)
    with pytest.raises(InvalidInput) as error:
        remove_resource(shop, "web", "db")
    assert [(str(d.place), d.message) for d in error.value.diagnostics] == [
        (
            "services/web/score.yaml:9:12",
            "'db' is still referred to by ${resources.db.host}, ${resources.db.name}",
        ),
        ("services/web/x.conf:2:1", "'db' is still referred to by ${resources.db.port}"),
    ]
    with pytest.raises(InvalidInput) as error:
        remove_workload(shop, "web")
    (found,) = error.value.diagnostics
    assert (found.code, str(found.place)) == ("still-referenced", "services/worker/score.yaml:5:3")
    with pytest.raises(InvalidInput) as error:
        remove_resource(shop, None, "tickets")
    assert [str(d.place) for d in error.value.diagnostics] == ["bakehouse.yaml:8:41"]
    assert files(shop) == before


def test_a_resource_goes_with_its_comment_once_nothing_refers_to_it(shop: Path) -> None:
    score = shop / "services/web/score.yaml"
    text = WEB.replace(
        "    variables:\n      URL: ${resources.db.host}/${resources.db.name}   # where it is\n", ""
    )
    score.write_text(text.replace("    files:\n      /etc/x: {source: x.conf}\n", ""))
    done(shop, remove_resource(shop, "web", "db"))
    assert score.read_text().endswith("resources:\n  tickets: {type: volume, id: tickets}\n")


def test_a_shared_resource_that_workloads_ask_for_stays_with_a_notice(shop: Path) -> None:
    done(shop, remove_resource(shop, None, "hall"))
    edit = remove_resource(shop, None, "tickets")
    assert [d.code for d in edit.remarks] == ["still-asked-for"]
    done(shop, edit)
    assert (shop / "bakehouse.yaml").read_text() == MANIFEST.split("  shared:")[0]
    done(shop, add_resource(shop, None, NewResource("tickets", "volume")))
    assert (shop / "bakehouse.yaml").read_text().endswith("  shared:\n    tickets:\n      type: volume\n")


def test_a_route_brings_the_name_that_it_needs(shop: Path) -> None:
    done(shop, add_route(shop, "web", NewRoute()))
    score = shop / "services/web/score.yaml"
    assert score.read_text() == WEB + (
        "  dns:\n    type: dns\n"
        "  route:\n    type: route\n    params:\n"
        "      host: ${resources.dns.host}\n      path: /\n      port: www\n"
    )
    done(shop, add_route(shop, "web", NewRoute("second", path="/api", port="8000")))
    assert score.read_text().endswith("      path: /api\n      port: 8000\n")
    with pytest.raises(InvalidInput) as error:
        remove_route(shop, "web", None)
    assert error.value.diagnostics[0].code == "name-needed"
    done(shop, remove_route(shop, "web", "second"))
    done(shop, remove_route(shop, "web", None))
    assert score.read_text() == WEB + "  dns:\n    type: dns\n"


def test_a_route_to_a_name_that_nobody_declares_is_refused_with_the_nearest(shop: Path) -> None:
    done(shop, add_route(shop, "web", NewRoute()))
    before = (shop / "services/web/score.yaml").read_bytes()
    with pytest.raises(InvalidInput) as error:
        add_route(shop, "web", NewRoute("second", dns="dnss"))
    (found,) = error.value.diagnostics
    assert (found.code, found.message) == ("unknown-resource", "web declares no resource 'dnss'")
    assert found.hint == "did you mean 'dns'?"
    assert (shop / "services/web/score.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../evil", "bad-name"),
        ("..", "bad-name"),
        ("a/b", "bad-name"),
        ("a*", "bad-name"),
        ("a\0b", "bad-name"),
        ("", "bad-name"),
        ("A", "bad-value"),
        ("shared", "reserved-name"),
        ("x" * 64, "bad-value"),
        ("with\nbreak", "bad-value"),
        ("web", "workload-exists"),
    ],
)
def test_a_hostile_name_of_a_workload_writes_nothing(shop: Path, name: str, code: str) -> None:
    before = files(shop.parent)
    with pytest.raises(InvalidInput) as error:
        done(shop, add_workload(shop, NewWorkload(name, command=("x",))))
    assert error.value.diagnostics[0].code == code
    assert files(shop.parent) == before


@pytest.mark.parametrize("file", ["../x/score.yaml", "/tmp/score.yaml", "out/score.yaml"])
def test_a_score_file_outside_the_application_is_refused(
    shop: Path, file: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (shop / "out").symlink_to(elsewhere)
    with pytest.raises(InvalidInput) as error:
        done(shop, add_workload(shop, NewWorkload("mailer", file=file, command=("x",))))
    assert error.value.diagnostics[0].code == "path-outside"
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (NewResource("db", "postgres"), "resource-exists"),
        (NewResource("x: y", "postgres"), "bad-name"),
        (NewResource("cache", "postgers"), "unknown-type"),
        (NewResource("cache", "postgres", class_="a_b"), "bad-value"),
        (NewResource("cache", "postgres", id="UPPER"), "bad-value"),
        (NewResource("cache", "config", params={"x": "${resources.nope.y}"}), "unknown-resource"),
        (NewResource("cache", "config", params={"x": "${ }"}), "bad-placeholder"),
    ],
)
def test_a_resource_that_would_be_wrong_is_not_written(shop: Path, new: NewResource, code: str) -> None:
    before = files(shop)
    with pytest.raises(InvalidInput) as error:
        done(shop, add_resource(shop, "web", new))
    assert error.value.diagnostics[0].code == code
    assert files(shop) == before


def test_unknown_names_are_told_with_the_nearest(shop: Path) -> None:
    for call, hint in (
        (lambda: add_resource(shop, "wep", NewResource("x", "volume")), "did you mean 'web'?"),
        (lambda: remove_resource(shop, "web", "dbb"), "did you mean 'db'?"),
        (lambda: remove_workload(shop, "wroker"), "did you mean 'worker'?"),
        (lambda: add_route(shop, "web", NewRoute(port="ww")), "did you mean 'www'?"),
    ):
        with pytest.raises(InvalidInput) as error:
            call()
        assert error.value.diagnostics[0].hint == hint


def test_a_resource_of_another_type_is_no_route(shop: Path) -> None:
    with pytest.raises(InvalidInput) as error:
        remove_route(shop, "web", "db")
    assert error.value.diagnostics[0].code == "other-type"


def test_a_file_that_changed_meanwhile_is_left_alone(shop: Path) -> None:
    edit = add_resource(shop, "worker", NewResource("db", "postgres"))
    score = shop / "services/worker/score.yaml"
    score.write_text(WORKER + "# more\n")
    assert problems(shop, edit) == ["file-changed"]
    assert score.read_text() == WORKER + "# more\n"
    made = add_workload(shop, NewWorkload("mailer", command=("x",)))
    (shop / "services" / "mailer").mkdir()
    (shop / "services" / "mailer" / "score.yaml").write_text("mine")
    assert problems(shop, made) == ["file-changed"]


@pytest.mark.parametrize(
    "file", ["services/web/x.conf", "services/web/score.yaml", "bakehouse.yaml", "services", "to"]
)
def test_a_new_score_file_takes_no_place_of_another(shop: Path, file: str) -> None:
    (shop / "to").symlink_to("nowhere")
    with pytest.raises(InvalidInput) as error:
        add_workload(shop, NewWorkload("other", file=file, command=("x",)))
    assert error.value.diagnostics[0].code == "file-exists"


def test_modes_and_links_are_kept_and_no_draft_is_left(shop: Path) -> None:
    real = shop / "real.yaml"
    score = shop / "services/worker/score.yaml"
    score.rename(real)
    real.chmod(0o640)
    score.symlink_to(os.path.relpath(real, score.parent))
    done(shop, add_workload(shop, NewWorkload("mailer", command=("x",))))
    done(shop, add_resource(shop, "worker", NewResource("db", "postgres")))
    assert score.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert "type: postgres" in real.read_text()
    assert [p.name for p in shop.rglob(".*")] == []


def test_a_file_that_cannot_be_written_leaves_all_as_it_was(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(shop)
    edit = add_workload(shop, NewWorkload("mailer", file="jobs/m.yaml", command=("x",)))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert problems(shop, edit) == ["not-written"]
    assert files(shop) == before
    assert not (shop / "jobs").exists()
