"""The commands about the state, as people use them."""

import sqlite3

import pytest

from bakehouse.plans.state.holder import current_holder
from bakehouse.plans.state.sql import open_store
from desk import Desk

pytestmark = pytest.mark.slow


def test_records_are_forgotten_only_when_somebody_agrees(set_desk: Desk) -> None:
    set_desk("apply", "--auto-approve")
    refused = set_desk("state", "rm", "greeting#shared.world", expect=6)
    assert refused.err == (
        "warning: greeting#shared.world is used by greeting#shared.again, which stay recorded [edge-to-nothing]\n"
        "  resource greeting#shared.world\n"
        "  hint: forget these, too, or apply: what is asked for is made anew\n"
        "error: nothing was forgotten [approval-missing]\n"
        "  hint: --auto-approve forgets without asking\n"
    )
    done = set_desk("state", "rm", "greeting#shared.world", "greeting#shared.again", "--auto-approve").out
    assert done == (
        "greeting#shared.world is forgotten in here; its object stays.\n"
        "greeting#shared.again is forgotten in here; its object stays.\n"
    )
    assert set_desk.read("state", "list")["resources"] == []
    assert set_desk("state", "rm", "greeting#shared.again", "--auto-approve", expect=1).codes == [
        "unknown-address"
    ]
    assert set_desk("state", "doctor").out == "The state is well.\n"

    with sqlite3.connect(set_desk.folder / ".bakehouse/state.db") as connection:
        connection.execute("UPDATE deployment SET body = '{'")
    ill = set_desk("state", "doctor", expect=1)
    assert ill.out.endswith("The state is damaged: 1 error.\n")
    assert "[state-corrupt]" in ill.out


def test_an_environment_is_taken_away_from_a_holder_who_is_named(set_desk: Desk) -> None:
    assert set_desk("state", "unlock").out == "here is held by nobody.\n"
    folder = set_desk.folder
    store = open_store("sqlite:///.bakehouse/state.db", create=True, state_home=folder / "home", base=folder)
    (environment,) = store.reader().environments()
    with store.hold(environment.uid, current_holder("somebody", "bakehouse apply")) as writer:
        refused = set_desk("state", "unlock", expect=6)
        assert "Held by somebody on" in refused.err
        assert refused.err.endswith(
            "error: nothing was taken away [approval-missing]\n  hint: if that is meant, add --confirm here\n"
        )
        writer.heartbeat()
        assert set_desk("state", "unlock", "--confirm", "here").out == "here is free now.\n"
        set_desk("apply", "--auto-approve")
    store.close()
