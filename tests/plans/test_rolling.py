"""Going back: which deployment, what it takes along, and what it rolls away."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from bakehouse.graph.errors import InvalidInput
from bakehouse.graph.values import Secret
from bakehouse.plans.plan import Origin
from bakehouse.plans.rolling import at, choose, pins_at, rolled_away, rolled_back, still_there, variables_at
from bakehouse.plans.state.records import DeploymentRecord, DeploymentStatus, EnvironmentRecord, RolledBack

GOOD, BAD = DeploymentStatus.SUCCEEDED, DeploymentStatus.FAILED
HERE = EnvironmentRecord("uid", "shop", "here", "local", "2026-01-01T00:00:00Z")


def deployed(
    number: int,
    files: str | None = "v1",
    *,
    kind: str = "apply",
    status: DeploymentStatus = GOOD,
    back: int | None = None,
    **more: object,
) -> DeploymentRecord:
    """A deployment of these files; ``more`` are fields of the record."""
    base = DeploymentRecord(number, kind, status, "digest", "2026-01-01T00:00:00Z", "tester")
    found = replace(
        base, application=files, catalog=None if files is None else "c", variables={}, rolled_back_to=back
    )
    return replace(found, **more)


def planned(files: str = "v1", **more: object) -> Origin:
    """The origin of a plan from these files."""
    base = Origin("2026-01-01T00:00:00Z", "tester", 1, application=files, catalog="c", variables={})
    return replace(base, **more)


def code(deployments: Sequence[DeploymentRecord], number: int | None = None) -> tuple[str, str]:
    """The code and the message of what refuses a choice."""
    with pytest.raises(InvalidInput) as refused:
        choose(deployments, number)
    found = refused.value.diagnostics[0]
    return found.code, found.message


def test_by_default_it_is_the_last_good_one_before_the_current() -> None:
    history = [deployed(4, "v3", status=BAD), deployed(3, "v2"), deployed(2, status=BAD), deployed(1)]
    assert choose(history, None).number == 3
    assert choose(history[1:], None).number == 1


def test_pausing_is_not_what_is_gone_back_from_or_to() -> None:
    history = [deployed(4, None, kind="resume"), deployed(3, None, kind="pause"), deployed(2), deployed(1)]
    assert choose(history, None).number == 1


def test_what_was_destroyed_is_gone_back_to() -> None:
    assert choose([deployed(2, None, kind="destroy"), deployed(1)], None).number == 1


def test_going_back_twice_goes_back_further_instead_of_forth() -> None:
    history = [deployed(4, "v2", kind="rollback", back=2), deployed(3, "v3"), deployed(2, "v2"), deployed(1)]
    assert choose(history, None).number == 1


def test_a_number_that_cannot_be_gone_back_to_says_why() -> None:
    history = [
        deployed(4, None, kind="pause"),
        deployed(3, None, kind="destroy"),
        deployed(2, status=BAD),
        deployed(1),
    ]
    assert code(history, 9) == ("unknown-deployment", "there is no deployment 9 to go back to")
    assert code(history, 2) == (
        "cannot-roll-back",
        "deployment 2 cannot be gone back to: it did not succeed (failed)",
    )
    assert code(history, 3)[1].endswith("it destroyed the environment; `bakehouse destroy` does that")
    assert code(history, 4)[1].endswith("it is a pause, and changed nothing")
    assert code([deployed(1)])[0] == "nothing-to-roll-back"
    assert code([])[0] == "nothing-to-roll-back"
    assert code([], 1) == ("unknown-deployment", "there is no deployment 1 to go back to")


def test_plain_variables_go_back_and_secret_ones_stay() -> None:
    old, new = Secret("local", "uid/TOKEN", "1"), Secret("local", "uid/TOKEN", "2")
    later = Secret("local", "uid/LATER", "1")
    now = {"LEVEL": "debug", "ADDED": "x", "TOKEN": new, "LATER": later}
    assert variables_at(now, {"LEVEL": "info", "GONE": "y", "TOKEN": old}) == {
        "LEVEL": "info",
        "GONE": "y",
        "TOKEN": new,
        "LATER": later,
    }
    assert variables_at(now, None) == now


def test_pins_stay_pins_of_the_images_that_ran_then() -> None:
    assert pins_at(
        {"web/main": "img:2", "new/main": "img:9"}, {"web/main": "img:1", "api/main": "api:1"}
    ) == {
        "web/main": "img:1",
        "new/main": "img:9",
    }


def test_the_environment_remembers_what_was_rolled_away() -> None:
    third, second, first = deployed(3, "v3"), deployed(2, "v2"), deployed(1)
    once = rolled_back(HERE, second, [third, second, first])
    assert once.rolled_back == RolledBack(2, (3,))
    back = deployed(4, "v2", kind="rollback", back=2)
    twice = rolled_back(once, first, [back, third, second, first])
    assert twice.rolled_back == RolledBack(1, (2, 3))
    forth = rolled_back(twice, third, [deployed(5, kind="rollback", back=1), back, third, second, first])
    assert forth.rolled_back == RolledBack(3, ())


def test_the_environment_gets_the_variables_and_pins_back() -> None:
    here = replace(HERE, variables={"LEVEL": "debug"}, images={"web/main": "img:2"})
    target = deployed(1, variables={"LEVEL": "info"}, images={"web/main": "img:1"})
    assert (at(here, target).variables, at(here, target).images) == ({"LEVEL": "info"}, {"web/main": "img:1"})


def away(origin: Origin, bad: DeploymentRecord, good: DeploymentRecord) -> bool:
    """Whether the plan would bring the bad one back, from which the good one was gone back to."""
    here = replace(HERE, rolled_back=RolledBack(good.number, (bad.number,)))
    return rolled_away(origin, here, {bad.number: bad, good.number: good}) is bad


def test_the_files_that_were_rolled_away_are_known_again_whatever_else_changed() -> None:
    good, bad = deployed(1, "v1"), deployed(2, "v2")
    assert away(planned("v2"), bad, good)
    assert away(planned("v2", catalog="other", images={"web/main": ("img:7", "--image")}), bad, good)
    assert not away(planned("v1"), bad, good)
    assert not away(planned("v3"), bad, good)


def test_where_only_the_catalog_was_rolled_away_other_files_pass() -> None:
    good, bad = deployed(1), deployed(2, catalog="bad")
    assert away(planned(catalog="bad"), bad, good)
    assert not away(planned("v2", catalog="bad"), bad, good)
    assert not away(planned(), bad, good)


def test_where_only_an_image_or_a_variable_was_rolled_away_another_passes() -> None:
    good = deployed(1, images={"web/main": "img:1"}, variables={"LEVEL": "info"})
    image = deployed(2, images={"web/main": "img:2"}, variables={"LEVEL": "info"})
    level = deployed(2, images={"web/main": "img:1"}, variables={"LEVEL": "debug"})

    def plan(tag: str, word: str) -> Origin:
        return planned(images={"web/main": (f"img:{tag}", "recorded")}, variables={"LEVEL": word})

    assert away(plan("2", "info"), image, good)
    assert not away(plan("3", "info"), image, good)
    assert away(plan("1", "debug"), level, good)
    assert not away(plan("1", "info"), level, good)


def test_nothing_is_rolled_away_where_nothing_was_rolled_back() -> None:
    assert rolled_away(planned(), HERE, {}) is None


def test_an_environment_stays_where_it_was_brought_while_the_same_is_applied() -> None:
    assert still_there(planned(), deployed(1))
    assert not still_there(planned("v3"), deployed(1))
    assert not still_there(planned(images={"web/main": ("img:3", "--image")}), deployed(1))
