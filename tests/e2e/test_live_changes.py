"""Somebody changes what stands in a real server between a plan and its apply: what nobody has reviewed is not done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desk import PLAIN, Desk, application
from folders import written
from parts.dns import DnsServer, dns
from parts.postgres import Server
from parts.postgres import server as postgres
from parts.redis import RedisServer, redis
from zones import ZoneEditor

pytestmark = [pytest.mark.slow, pytest.mark.scenario(14)]

PLATFORM = """\
kind: Connection
metadata: {name: databases}
spec:
  kind: postgres
  values: {host: 127.0.0.1, port: POSTGRES, username: admin, password: {$secret: {store: env, ref: POSTGRES}}}
---
kind: Connection
metadata: {name: names}
spec:
  kind: dns
  values: {host: 127.0.0.1, port: DNS, key_name: updates, key_secret: {$secret: {store: env, ref: DNS}}}
---
kind: Connection
metadata: {name: caches}
spec: {kind: redis, values: {host: 127.0.0.1, port: REDIS, password: {$secret: {store: env, ref: REDIS}}}}
---
kind: ResourceType
metadata: {name: database}
spec: {outputs: {type: object, properties: {condition: {type: string}}}}
---
kind: ResourceType
metadata: {name: name}
spec: {outputs: {type: object, properties: {host: {type: string}}}}
---
kind: ResourceType
metadata: {name: cache}
spec: {outputs: {type: object, properties: {condition: {type: string}}}}
---
kind: ResourceDefinition
metadata: {name: database}
spec:
  type: database
  driver: postgres
  connection: databases
  match: [{}]
  inputs: {database: orders, extensions: []}
  outputs: {condition: "${outputs.condition}"}
---
kind: ResourceDefinition
metadata: {name: name}
spec:
  type: name
  driver: dns
  connection: names
  match: [{}]
  inputs: {zone: ZONE, name: web, values: [192.0.2.1]}
  outputs: {host: "${outputs.host}"}
---
kind: ResourceDefinition
metadata: {name: cache}
spec:
  type: cache
  driver: redis
  connection: caches
  match: [{}]
  inputs: {prefix: orders}
  outputs: {condition: "${outputs.condition}"}
"""


@dataclass(frozen=True)
class Servers:
    """The real servers, as their administrators."""

    database: Server
    names: DnsServer
    cache: RedisServer

    def sql(self, *statements: str) -> list[Any]:
        """The rows of the last of these statements."""
        with psycopg.connect(self.database.conninfo(), autocommit=True) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def acl(self, *words: str) -> Any:
        with self.cache.client(password=self.cache.password) as client:
            return client.execute_command("ACL", *words)

    def zone(self) -> ZoneEditor:
        return ZoneEditor(self.names)

    def clean(self) -> None:
        self.sql("DROP DATABASE IF EXISTS orders WITH (FORCE)", "DROP ROLE IF EXISTS orders")
        self.zone().clear()
        with self.cache.client(password=self.cache.password) as client:
            client.flushall()
        self.acl("DELUSER", "orders")


@dataclass(frozen=True)
class Kind:
    """One kind of object: how others make, change, change again, or take it over, and how it stands."""

    name: str
    make: Callable[[Servers], Any]
    change: Callable[[Servers], Any]
    change_more: Callable[[Servers], Any]
    take: Callable[[Servers], Any]
    look: Callable[[Servers], Any]
    edit: tuple[str, str]
    whose: str


def databases(servers: Servers) -> Any:
    query = "SELECT shobj_description(oid, 'pg_authid'), rolpassword FROM pg_authid WHERE rolname = 'orders'"
    return servers.sql(query), servers.sql("SELECT datname FROM pg_database WHERE datname = 'orders'")


KINDS = (
    Kind(
        "database",
        make=lambda servers: servers.sql("CREATE ROLE orders LOGIN"),
        change=lambda servers: servers.sql("ALTER ROLE orders PASSWORD 'another'"),
        change_more=lambda servers: servers.sql("DROP DATABASE orders"),
        take=lambda servers: servers.sql("COMMENT ON ROLE orders IS 'of somebody else'"),
        look=databases,
        edit=("extensions: []", "extensions: [plpgsql]"),
        whose="the role orders exists and was not made for this resource",
    ),
    Kind(
        "name",
        make=lambda servers: servers.zone().replace("web", "A", "192.0.2.7"),
        change=lambda servers: servers.zone().replace("web", "A", "192.0.2.8"),
        change_more=lambda servers: servers.zone().replace("web", "A", "192.0.2.9"),
        take=lambda servers: servers.zone().replace("_bakehouse.web", "TXT", "of-somebody-else"),
        look=lambda servers: servers.zone().records(),
        edit=("192.0.2.1", "192.0.2.2"),
        whose="is there already in the zone parts.test, and nobody says whose it is",
    ),
    Kind(
        "cache",
        make=lambda servers: servers.acl("SETUSER", "orders", "on", "nopass"),
        change=lambda servers: servers.acl("SETUSER", "orders", "~*"),
        change_more=lambda servers: servers.acl("DELUSER", "orders"),
        take=lambda servers: servers.acl("SETUSER", "orders", "clearselectors"),
        look=lambda servers: [line for line in servers.acl("LIST") if line.startswith("user orders ")],
        edit=("prefix: orders", "prefix: others"),
        whose="the user orders exists and was not made for this resource",
    ),
)


@pytest.fixture(scope="module")
def running() -> Iterator[Servers]:
    with postgres() as database, dns() as names, redis() as cache:
        yield Servers(database, names, cache)


@pytest.fixture
def servers(running: Servers) -> Iterator[Servers]:
    yield running
    running.clean()


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def desk(
    servers: Servers, kind: Kind, tmp_path: Path, isolated_home: Path, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """An application of one object of the kind, registered and not applied."""
    given = {
        "POSTGRES": (servers.database.port, servers.database.password),
        "DNS": (servers.names.port, servers.names.secret),
        "REDIS": (servers.cache.port, servers.cache.password),
    }
    text = PLAIN + PLATFORM.replace("ZONE", servers.names.zone)
    for name, (port, password) in given.items():
        text = text.replace(f"port: {name}", f"port: {port}")
        monkeypatch.setenv(name, password)
    files = {
        "platform/all.yaml": text,
        "bakehouse.yaml": application(f"workloads: [], shared: {{main: {{type: {kind.name}}}}}"),
    }
    found = Desk(written(tmp_path / "shop", files))
    found("env", "create", "one", "--type", "plain")
    found("catalog", "use", "platform")
    return found


def test_a_refreshed_plan_is_refused_once_what_it_saw_has_changed_again(
    desk: Desk, servers: Servers, kind: Kind
) -> None:
    desk("apply", "-e", "one", "--auto-approve")
    kind.change(servers)
    assert f"{kind.name}#shared.main" in desk("plan", "-e", "one", "--refresh", "--out", "p.plan").out
    kind.change_more(servers)
    left = kind.look(servers)
    refused = desk("apply", "p.plan", "--auto-approve", expect=4)
    assert refused.codes == ["stale-plan"]
    assert f"{kind.name}#shared.main was changed outside since the plan was made" in refused.err
    assert kind.look(servers) == left
    desk("apply", "-e", "one", "--refresh", "--auto-approve")
    assert "Nothing to do" in desk("plan", "-e", "one", "--refresh").out


def test_what_somebody_made_since_the_plan_is_not_taken_over(
    desk: Desk, servers: Servers, kind: Kind
) -> None:
    desk("plan", "-e", "one", "--out", "p.plan")
    kind.make(servers)
    left = kind.look(servers)
    failed = desk("apply", "p.plan", "--auto-approve", expect=1)
    assert f"{kind.name}#shared.main  create failed" in failed.err
    assert kind.whose in failed.err
    assert kind.look(servers) == left
    desk("destroy", "-e", "one", "--auto-approve")
    assert kind.look(servers) == left


def test_what_somebody_took_over_since_the_plan_is_left_to_them(
    desk: Desk, servers: Servers, kind: Kind
) -> None:
    desk("apply", "-e", "one", "--auto-approve")
    desk.edit("platform/all.yaml", lambda text: text.replace(*kind.edit))
    desk("plan", "-e", "one", "--out", "p.plan")
    kind.take(servers)
    left = kind.look(servers)
    assert desk("apply", "p.plan", "--auto-approve", expect=4).codes == ["stale-plan"]
    assert kind.look(servers) == left


def test_what_is_to_be_changed_is_looked_at_by_every_plan(desk: Desk, servers: Servers, kind: Kind) -> None:
    desk("apply", "-e", "one", "--auto-approve")
    desk.edit("platform/all.yaml", lambda text: text.replace(*kind.edit))
    kind.change(servers)
    assert "changed outside: " in desk("plan", "-e", "one", "--out", "p.plan").out
    desk("apply", "p.plan", "--auto-approve")
    assert "Nothing to do" in desk("plan", "-e", "one", "--refresh").out


def test_what_is_to_be_deleted_is_left_to_who_changed_it_since_the_plan(
    desk: Desk, servers: Servers, kind: Kind
) -> None:
    desk("apply", "-e", "one", "--auto-approve")
    desk.edit("bakehouse.yaml", lambda text: text[: text.index(", shared:")] + "}\n")
    name = f"{kind.name}#shared.main"
    planned = desk("plan", "-e", "one", "--allow-destroy", name, "--out", "p.plan")
    assert name in planned.out
    kind.change(servers)
    left = kind.look(servers)
    refused = desk("apply", "p.plan", "--auto-approve", "--confirm", "one", expect=4)
    assert f"{name} was changed outside since the plan was made" in refused.err
    assert kind.look(servers) == left
