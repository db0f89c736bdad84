"""Another connection: another password is an update, another place is a replacement, and neither is hidden."""

from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, SecretStr

from bakehouse.drivers.registry import Registry
from bakehouse.drivers.sdk import immutable
from bakehouse.graph.resources import Connection
from bakehouse.graph.values import Secret
from bakehouse.plans.change import Change
from fakes.engine import Engine, a, ends
from fakes.world import ThingDriver

PASSWORD = Secret("env", "PASSWORD")
OTHER = Secret("env", "OTHER")


class Server(BaseModel):
    """What the driver connects to."""

    host: str = immutable()
    port: int = immutable(5432)
    password: SecretStr


class Connected(ThingDriver):
    """Makes its things in a server."""

    connection_kind: ClassVar[str | None] = "server"
    connection: ClassVar[type[BaseModel] | None] = Server


def planned(engine: Engine, **values: Any) -> Change | None:
    connection = Connection("main", "server", {"host": "one", "password": PASSWORD, **values})
    plan = engine.plan(engine.graph({"one": {"note": "x"}}, connection=connection))
    return plan.changes.get(a("one"))


@pytest.fixture
def applied(engine: Engine) -> Engine:
    engine.registry = Registry([], [Connected(engine.world)])
    engine.secrets.reveal = lambda secret: "clear"  # type: ignore[method-assign]
    connection = Connection("main", "server", {"host": "one", "password": PASSWORD})
    ends(engine.apply(engine.plan(engine.graph({"one": {"note": "x"}}, connection=connection))))
    return engine


@pytest.mark.parametrize(
    ("values", "action", "paths"),
    [
        ({"host": "two"}, "replace", ["connection.host"]),
        ({"port": 5433}, "replace", ["connection.port"]),
        ({"password": OTHER}, "update", ["connection.password"]),
        ({"host": "two", "password": OTHER}, "replace", ["connection.host", "connection.password"]),
    ],
)
def test_what_differs_in_the_connection_decides(
    applied: Engine, values: dict[str, Any], action: str, paths: list[str]
) -> None:
    change = planned(applied, **values)
    assert change is not None
    assert (change.action.label, [d.path for d in change.diffs]) == (action, paths)
    assert [r.text for r in change.reasons] == [f"{path} changed" for path in paths]


def test_a_default_that_is_written_out_is_no_other_place(applied: Engine) -> None:
    change = planned(applied, port=5432)
    assert change is None or change.action.label != "replace"


def test_nothing_is_planned_for_the_same_connection(applied: Engine) -> None:
    assert planned(applied) is None
