"""What is read from elsewhere does not go, or change for another object, unless somebody means it."""

import pytest

from bakehouse.graph.address import Address
from bakehouse.graph.diagnostics import Severity
from bakehouse.graph.errors import BakehouseError, InvalidInput
from bakehouse.plans.operations.renaming import left_readers, rename_application, rename_environment
from references.two import PLATFORM, Two, actions

MAIN = Address.parse("server#shared.main")
READER = "server#shared.db of shop/local"


@pytest.fixture
def read(two: Two) -> Two:
    """The shop reads what the platform owns."""
    two.run("shop")
    return two


def test_dropping_it_holds_it_and_says_who_reads_it(read: Two) -> None:
    read.shared["platform"] = "other: {type: server, params: {host: x}}"
    change = read.plan("platform").changes[MAIN]
    assert change.action.label == "hold"
    assert [r.text for r in change.reasons] == ["dropped from the application", f"read by {READER}"]


def test_destroying_everything_leaves_it(read: Two) -> None:
    plan = read.plan("platform", destroy=True)
    assert actions(plan) == {"server#shared.main": "hold"}
    assert plan.changes[MAIN].reasons[-1].text == f"read by {READER}"


def test_a_replacement_is_refused_with_the_names_of_its_readers(read: Two) -> None:
    plan = read.plan("platform", replace=("server#shared.main",))
    assert plan.changes[MAIN].refused == (
        f"replacing it would destroy what {READER} reads; if that is meant, "
        "plan with --allow-destroy server#shared.main"
    )
    with pytest.raises(InvalidInput):
        read.apply(plan)


def test_it_goes_when_that_was_allowed_and_the_plan_lists_who_loses_it(read: Two) -> None:
    read.shared["platform"] = "other: {type: server, params: {host: x}}"
    plan = read.plan("platform", allow_destroy=("server#shared.main",))
    change = plan.changes[MAIN]
    assert (change.action.label, change.notes) == ("delete", (f"it takes away what {READER} reads",))
    assert read.apply(plan).succeeded
    assert MAIN not in read.records("platform")
    with pytest.raises(InvalidInput) as error:
        read.plan("shop")
    assert error.value.diagnostics[0].code == "reference-owner-missing"


def test_destroying_it_with_everything_needs_the_environments_name_besides(read: Two) -> None:
    plan = read.plan("platform", destroy=True, allow_destroy=("all",))
    with pytest.raises(BakehouseError) as error:
        read.apply(plan)
    assert error.value.diagnostics[0].code == "confirmation-missing"
    assert read.apply(plan, confirm="local").succeeded


def test_a_replacement_that_was_allowed_is_read_anew(read: Two) -> None:
    plan = read.plan("platform", replace=("server#shared.main",), allow_destroy=("server#shared.main",))
    assert plan.changes[MAIN].notes[-1] == f"it replaces what {READER} reads"
    assert read.apply(plan).succeeded
    read.run("shop")
    assert read.plan("shop").is_empty


def test_who_came_to_read_it_after_the_plan_was_made_stops_it_before_anything_starts(two: Two) -> None:
    plan = two.plan("platform", destroy=True)
    assert actions(plan) == {"server#shared.main": "delete"}
    two.run("shop")
    with pytest.raises(BakehouseError) as error:
        two.apply(plan)
    (found,) = error.value.diagnostics
    assert (found.code, found.message) == (
        "stale-plan", f"{READER} came to read server#shared.main since the plan was made",
    )  # fmt: skip
    assert MAIN in two.records("platform")


def test_a_reader_that_slips_in_during_the_run_stops_the_intent_itself(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bakehouse.plans.references import References

    plan = two.plan("platform", destroy=True)
    looked = References.moved

    def slip(self: References, of: object) -> object:
        found = looked(self, plan)
        monkeypatch.undo()
        two.run("shop")
        return found

    monkeypatch.setattr(References, "moved", slip)
    with pytest.raises(BakehouseError) as error:
        two.apply(plan)
    assert error.value.diagnostics[0].code == "referred-to"
    assert MAIN in two.records("platform")
    assert two.record("shop", "server#shared.db").outputs["host"] == "db.one"


def test_once_nobody_reads_it_any_more_it_goes_like_any_other(read: Two) -> None:
    read.shared["shop"] = "other: {type: note, params: {of: nothing}}"
    read.run("shop")
    plan = read.plan("platform", destroy=True)
    assert actions(plan) == {"server#shared.main": "delete"}
    assert read.apply(plan).succeeded


def test_changing_it_in_place_asks_nobody(read: Two) -> None:
    read.shared["platform"] = PLATFORM.replace("db.one", "db.two")
    assert actions(read.run("platform")) == {"server#shared.main": "update"}


def test_whoever_renames_what_others_read_is_told_who_names_it(two: Two) -> None:
    two.run("shop")
    reader = two.store.reader()
    assert left_readers(reader, rename_environment(two.bench("shop"), "shop", "local", "there")) == []
    (found,) = left_readers(reader, rename_application(two.bench("platform"), "platform", "base"))
    assert (found.code, found.severity) == ("read-by-old-name", Severity.WARNING)
    assert found.message == (
        "platform/local is read by server#shared.db of shop/there: definitions that write this name find nothing any more"
    )
    assert found.hint == "write base/local into their inputs; until then the plans of those who read it fail"
