"""Where the catalog of a run comes from, as people see it."""

import pytest

from desk import Desk
from repository import Repository

CAREFUL = (
    "spec: {onRemove: protect, order: 2}",
    "spec: {onRemove: protect, order: 2, requireCommitted: true}",
)

pytestmark = pytest.mark.slow


@pytest.fixture
def origin(desk: Desk) -> Repository:
    """The desk's catalog in a repository of its own, as version 1.0."""
    text = (desk.folder / "platform" / "platform.yaml").read_text()
    made = Repository.made(desk.folder.parent / "origin", {"catalog/platform.yaml": text.replace(*CAREFUL)})
    made.git("tag", "1.0")
    return made


def test_an_application_names_a_catalog_in_git(desk: Desk, origin: Repository) -> None:
    desk.edit("bakehouse.yaml", lambda text: text.replace("./platform", f'"{origin.url}//catalog@1.0"'))
    desk("env", "create", "here", "--type", "careful")
    plan = desk.read("plan")
    assert plan["origin"]["catalog"] == f"{origin.git('rev-parse', 'HEAD')}:catalog"
    desk("apply", "--auto-approve")
    desk.edit("bakehouse.yaml", lambda text: text.replace("@1.0", "@main"))
    run = desk("plan", expect=1)
    assert run.codes == ["git-version-floating"]
    assert "bakehouse.yaml:6" in run.err


def test_a_type_that_requires_a_commit_shows_a_plan_and_refuses_to_apply_it(desk: Desk) -> None:
    desk.edit("platform/platform.yaml", lambda text: text.replace(*CAREFUL))
    made = Repository.made(desk.folder, {})
    desk("env", "create", "here", "--type", "careful")
    (desk.folder / "platform" / "more.yaml").write_text("kind: ResourceType\nmetadata: {name: more}\n")
    shown = desk("plan", "--out", "saved.plan")
    assert "require a committed catalog" in shown.out + shown.err
    for words in (["apply", "--auto-approve"], ["apply", "saved.plan", "--auto-approve"]):
        assert desk(*words, expect=1).codes == ["catalog-uncommitted"]
    assert desk.read("status")["resources"] == []
    made.commit({})
    assert "require a committed catalog" not in desk("plan").out
    desk("apply", "--auto-approve")
    assert desk.read("history")["deployments"][0]["status"] == "succeeded"
    (desk.folder / "platform" / "more.yaml").unlink()
    desk("destroy", "--auto-approve", "--confirm", "here", "--allow-destroy", "all")


def test_the_store_binds_what_the_application_chose(set_desk: Desk, origin: Repository) -> None:
    connection = (
        "---\nkind: Connection\nmetadata: {name: server}\nspec: {kind: postgres, values: {host: h}}\n"
    )
    text = (set_desk.folder / "platform" / "platform.yaml").read_text() + connection
    commit = origin.commit({"catalog/platform.yaml": text.replace("hello $", "bound $")})
    assert "spec.platform of the application counts" in set_desk("catalog", "use").out
    (set_desk.folder / "platform" / "platform.yaml").write_text(text)
    assert "connection-not-read" in str(set_desk.read("plan")["remarks"])
    set_desk("catalog", "use", "platform")
    assert "platform-not-counted" not in str(set_desk.read("plan")["remarks"]), "it is the same folder"
    used = set_desk.read("catalog", "use", f"{origin.url}//catalog@main")["settings"]
    assert [(s["scope"], s["ref"], s["commit"]) for s in used] == [("organization", "main", commit)]
    origin.commit({"catalog/platform.yaml": "broken: ["})
    plan = set_desk.read("plan")
    assert [r["code"] for r in plan["remarks"]] == ["platform-not-counted"]
    assert plan["origin"]["catalog"] == f"{commit}:catalog", "the branch counts as it was"
    assert "bound world" in str(plan["changes"])
    assert "server" in set_desk("catalog", "list").out


def test_an_environment_goes_before_its_type_and_that_before_the_rest(set_desk: Desk) -> None:
    for name in ("all", "type", "one"):
        (set_desk.folder / name).mkdir()
        text = (set_desk.folder / "platform" / "platform.yaml").read_text().replace("hello $", f"{name} $")
        (set_desk.folder / name / "platform.yaml").write_text(text)
    set_desk("env", "create", "there", "--type", "plain")

    def planned(environment: str) -> str:
        changes = str(set_desk.read("plan", "-e", environment)["changes"])
        return next(n for n in ("hello", "all", "type", "one") if f"{n} world" in changes)

    assert (planned("here"), planned("there")) == ("hello", "hello")
    set_desk("catalog", "use", "all")
    assert (planned("here"), planned("there")) == ("all", "all")
    set_desk("catalog", "use", "type", "--environment-type", "plain")
    set_desk("catalog", "use", "one", "-e", "here")
    assert (planned("here"), planned("there")) == ("one", "type")
    shown = set_desk("catalog", "use").out
    assert "environment hello/here" in shown
    set_desk("catalog", "use", "--clear", "-e", "here")
    assert planned("here") == "type"
    set_desk("catalog", "use", "--clear", "--environment-type", "plain")
    set_desk("catalog", "use", "--clear")
    assert planned("here") == "hello"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nowhere"], "catalog-missing"),
        (["platform", "--environment-type", "plian"], "unknown-environment-type"),
        (["git::https://a:b@host/x@v1"], "git-credentials"),
        (["platform", "--clear"], "usage"),
        (["platform", "--environment-type", "plain", "-e", "here"], "usage"),
        (["platform", "-e", "hree"], "unknown-environment"),
    ],
)
def test_a_setting_that_cannot_be_is_not_written(set_desk: Desk, words: list[str], code: str) -> None:
    run = set_desk("catalog", "use", *words, expect=1)
    assert code in run.codes
    assert set_desk.read("catalog", "use")["settings"] == []
