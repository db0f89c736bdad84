"""What exists already becomes the object of a module: by an import that is planned, reviewed and applied."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from desk import PLAIN, Desk
from folders import written
from parts.bake import REQUIRED, configuration
from parts.postgres import Server, server

pytestmark = pytest.mark.slow

PASSWORD = "planted-0b6de2a9"
PLATFORM = """\
kind: ResourceType
metadata: {name: database}
spec: {outputs: {type: object, properties: {name: {}}}}
---
kind: ResourceDefinition
metadata: {name: database}
spec:
  type: database
  driver: terraform
  match: [{}]
  inputs:
    source: ./modules/database
    binary: BINARY
    variables:
      name: orders
      limit: 5
      password: {$secret: {store: env, ref: DB_PASSWORD}}
      server: {$secret: {store: env, ref: DB_SERVER}}
"""
MODULE = (
    REQUIRED
    + """
variable "name" {
  type = string
}
variable "limit" {
  type = number
}
variable "password" {
  type      = string
  sensitive = true
}
variable "server" {
  type      = string
  sensitive = true
}
provider "bake" {
  postgres = var.server
}
resource "bake_database" "this" {
  name             = var.name
  password         = var.password
  connection_limit = var.limit
}
output "name" {
  value = bake_database.this.name
}
"""
)
APPLICATION = """\
apiVersion: bakehouse.dev/v1
kind: Application
metadata: {name: shop}
spec:
  platform: ./platform
  shared: {orders: {type: database}}
  adopt: [{environment: one, address: "database#shared.orders", id: orders}]
"""


@pytest.fixture
def database() -> Iterator[Server]:
    """A server with a database that nobody made for us, and what is in it."""
    with server() as running:
        with psycopg.connect(running.conninfo(), autocommit=True) as admin:
            admin.execute("CREATE ROLE orders LOGIN")
            admin.execute("CREATE DATABASE orders OWNER orders")
        with psycopg.connect(running.conninfo("orders")) as orders:
            orders.execute("CREATE TABLE loaf AS SELECT 1 AS id")
        yield running


@pytest.fixture
def desk(
    tmp_path: Path, binary: str, isolated_home: Path, database: Server, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    files = {
        "platform/all.yaml": PLAIN + PLATFORM.replace("BINARY", binary),
        "platform/modules/database/main.tf": MODULE,
        "bakehouse.yaml": APPLICATION,
    }
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(configuration(tmp_path)))
    monkeypatch.setenv("DB_PASSWORD", PASSWORD)
    monkeypatch.setenv("DB_SERVER", database.conninfo())
    found = Desk(written(tmp_path / "shop", files))
    found("env", "create", "one", "--type", "plain")
    return found


def asked(database: Server, statement: str, name: str = "postgres") -> object:
    with psycopg.connect(database.conninfo(name)) as connection:
        row = connection.execute(statement.encode()).fetchone()
    return row[0] if row else None


def test_an_object_is_adopted_as_it_was_reviewed_and_keeps_what_it_holds(
    desk: Desk, database: Server
) -> None:
    plan = desk("plan", "-e", "one", "--out", "plan.zip").out
    assert "> database#shared.orders  adopt   takes over orders (bakehouse.yaml:7)" in plan
    assert "import bake_database.this" in plan
    assert "connection_limit  -1 -> 5" in plan
    assert PASSWORD not in plan
    applied = desk("apply", "plan.zip", "--auto-approve")
    assert PASSWORD not in applied.out + applied.err
    assert asked(database, "SELECT datconnlimit FROM pg_database WHERE datname = 'orders'") == 5
    assert asked(database, "SELECT count(*) FROM loaf", "orders") == 1
    assert "Nothing to do" in desk("plan", "-e", "one").out
    desk("destroy", "-e", "one", "--auto-approve", "--confirm", "one", "--allow-destroy", "all")
    assert asked(database, "SELECT count(*) FROM pg_database WHERE datname = 'orders'") == 0


def test_what_cannot_be_adopted_is_told_when_it_is_planned(desk: Desk) -> None:
    desk.edit("bakehouse.yaml", lambda text: text.replace("id: orders", "id: nowhere"))
    said = desk("plan", "-e", "one", expect=1).out
    assert "cannot be applied: cannot-adopt: terraform-failed: plan failed" in said
    assert "Cannot import non-existent remote object" in said
    desk.edit("bakehouse.yaml", lambda text: text.replace("id: nowhere", "id: orders"))
    desk.edit(
        "platform/modules/database/main.tf",
        lambda text: text + 'resource "terraform_data" "other" {}\n',
    )
    said = desk("plan", "-e", "one", expect=1).out
    assert "it has bake_database.this, terraform_data.other" in said
    assert "give ADDRESS=ID" in said
    desk.edit("bakehouse.yaml", lambda text: text.replace("id: orders", "id: bake_database.this=orders"))
    said = desk("plan", "-e", "one").out
    assert "import bake_database.this" in said
    assert "create terraform_data.other" in said


@pytest.mark.scenario(14)
def test_what_changed_in_the_server_since_the_plan_is_neither_undone_nor_made_again(
    desk: Desk, database: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk("apply", "-e", "one", "--auto-approve")
    monkeypatch.setenv("DB_PASSWORD", "planted-77aa0913")
    desk("plan", "-e", "one", "--out", "plan.zip")
    query = "SELECT datconnlimit FROM pg_database WHERE datname = 'orders'"
    with psycopg.connect(database.conninfo(), autocommit=True) as admin:
        admin.execute("ALTER DATABASE orders CONNECTION LIMIT 9")
    moved = desk("apply", "plan.zip", "--auto-approve", expect=1)
    assert "plan-moved" in moved.err
    assert "bake_database.this: connection_limit would become 5, which was not shown" in moved.err
    assert asked(database, query) == 9
    with psycopg.connect(database.conninfo(), autocommit=True) as admin:
        admin.execute("DROP DATABASE orders")
        admin.execute("DROP ROLE orders")
    moved = desk("apply", "plan.zip", "--auto-approve", expect=1)
    assert "bake_database.this would be created instead of updated" in moved.err
    assert asked(database, query) is None
    desk("apply", "-e", "one", "--auto-approve")
    assert asked(database, query) == 5
