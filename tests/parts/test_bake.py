"""The provider for tests makes real things, by OpenTofu and by Terraform, and its oven does as it is told."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import dns.rdatatype
import psycopg
import pytest

from parts.bake import CONFIGURED, REQUIRED, configuration, variables
from parts.dns import DnsServer
from parts.dns import dns as name_server
from parts.postgres import Server, server
from parts.terraform import terraform
from parts.tofu import tofu

pytestmark = pytest.mark.slow

SERVICE = """
resource "bake_database" "orders" {
  name     = "orders"
  password = "a 'secret'"
}
resource "bake_record" "orders" {
  name   = "orders.parts.test"
  type   = "A"
  values = ["192.0.2.1", "192.0.2.2"]
}
output "url" {
  value     = bake_database.orders.url
  sensitive = true
}
"""


class Module:
    """A root module in a folder, and the program that applies it."""

    def __init__(self, program: Path, folder: Path, given: Mapping[str, str]) -> None:
        self.folder = folder
        self._program = program
        self._settings = {**given, "HOME": str(folder), "TF_CLI_CONFIG_FILE": str(configuration(folder))}

    def write(self, text: str) -> None:
        (self.folder / "main.tf").write_text(REQUIRED + CONFIGURED + text)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [self._program, *words], cwd=self.folder, env=self._settings,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def run(self, *words: str, code: int = 0) -> str:
        with self.start(*words) as running:
            said, _ = running.communicate(timeout=120)
        assert running.returncode == code, said
        return said

    def apply(self, text: str, code: int = 0) -> str:
        self.write(text)
        return self.run("apply", "-input=false", "-no-color", "-auto-approve", code=code)

    def plan(self, text: str) -> list[str]:
        """What a plan would do to the only resource that it changes."""
        self.write(text)
        self.run("plan", "-input=false", "-out=saved")
        shown: dict[str, Any] = json.loads(self.run("show", "-json", "saved"))
        (change,) = shown["resource_changes"]
        actions: list[str] = change["change"]["actions"]
        return actions

    def output(self, name: str) -> str:
        return str(json.loads(self.run("output", "-json"))[name]["value"])


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    with server() as running:
        yield running


@pytest.fixture(scope="module")
def names() -> Iterator[DnsServer]:
    with name_server() as running:
        yield running


@pytest.fixture(params=[tofu, terraform])
def service(request: pytest.FixtureRequest, tmp_path: Path, database: Server, names: DnsServer) -> Module:
    program: Callable[[], Path] = request.param
    module = Module(program(), tmp_path, variables(database, names))
    module.write(SERVICE)
    module.run("init", "-input=false")
    return module


@pytest.fixture
def oven(tmp_path: Path) -> Module:
    module = Module(tofu(), tmp_path, {})
    module.write("")
    module.run("init", "-input=false")
    return module


def _oven(**arguments: object) -> str:
    lines = "".join(f"  {name} = {json.dumps(value)}\n" for name, value in arguments.items())
    return f'resource "bake_oven" "it" {{\n{lines}}}\n'


def _addresses(names: DnsServer) -> list[str]:
    question = dns.message.make_query("orders.parts.test", dns.rdatatype.A)
    answer = dns.query.tcp(question, names.host, port=names.port, timeout=10)
    return sorted(item.to_text() for found in answer.answer for item in found)


def test_a_database_and_a_record_stand_and_are_gone_after_destroy(
    service: Module, database: Server, names: DnsServer
) -> None:
    assert "a 'secret'" not in service.apply(SERVICE)
    url = service.output("url")
    with psycopg.connect(url) as owner:
        assert owner.execute("SELECT current_user").fetchone() == ("orders",)
    assert _addresses(names) == ["192.0.2.1", "192.0.2.2"]
    assert "No changes" in service.run("plan", "-input=false", "-detailed-exitcode")

    service.run("destroy", "-input=false", "-auto-approve")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    assert _addresses(names) == []


def test_what_others_changed_is_planned_back(service: Module, database: Server, names: DnsServer) -> None:
    service.apply(SERVICE)
    with psycopg.connect(database.conninfo(), autocommit=True) as admin:
        admin.execute("ALTER DATABASE orders CONNECTION LIMIT 7")
    assert "connection_limit = 7 -> -1" in service.run("plan", "-input=false", "-no-color")
    service.apply(SERVICE)
    with psycopg.connect(database.conninfo(), autocommit=True) as admin:
        limit = admin.execute("SELECT datconnlimit FROM pg_database WHERE datname = 'orders'").fetchone()
        assert limit == (-1,)
        admin.execute("DROP DATABASE orders")
    assert "bake_database.orders will be created" in service.run("plan", "-input=false", "-no-color")
    with psycopg.connect(database.conninfo(), autocommit=True) as admin:
        admin.execute("DROP ROLE orders")
    service.run("destroy", "-input=false", "-auto-approve")


def test_what_is_immutable_is_replaced_and_what_is_not_is_updated(oven: Module) -> None:
    oven.apply(_oven(value="rye", immutable="stone"))
    assert oven.plan(_oven(value="wheat", immutable="stone")) == ["update"]
    assert oven.plan(_oven(value="rye", immutable="iron")) == ["delete", "create"]


def test_what_drifts_is_updated_again_and_what_is_gone_is_created_again(oven: Module) -> None:
    oven.apply(_oven(value="rye", drifting="mould"))
    assert oven.plan(_oven(value="rye", drifting="mould")) == ["update"]
    oven.apply(_oven(value="rye", drifting="gone"))
    assert oven.plan(_oven(value="rye", drifting="gone")) == ["create"]


def test_what_is_sensitive_is_not_shown(oven: Module) -> None:
    said = oven.apply(_oven(sensitive="the recipe"))
    assert "(sensitive value)" in said
    assert "the recipe" not in said


@pytest.mark.parametrize("operation", ["plan", "create"])
def test_it_fails_where_it_is_told_to(oven: Module, operation: str) -> None:
    assert f"the oven fails at {operation}" in oven.apply(_oven(failing=operation), code=1)
    assert oven.plan(_oven()) == ["create"]


def test_what_failed_when_it_was_made_is_replaced(oven: Module) -> None:
    assert "the oven fails at made" in oven.apply(_oven(failing="made"), code=1)
    assert oven.plan(_oven()) == ["delete", "create"]


@pytest.mark.parametrize("operation", ["read", "update", "delete"])
def test_what_stands_fails_where_it_is_told_to(oven: Module, operation: str) -> None:
    oven.apply(_oven(value="rye", failing=operation))
    said = oven.apply("" if operation == "delete" else _oven(value="wheat", failing=operation), code=1)
    assert f"the oven fails at {operation}" in said


def test_a_slow_change_can_be_interrupted(oven: Module) -> None:
    oven.write(_oven(slow=600))
    with oven.start("apply", "-input=false", "-no-color", "-auto-approve") as running:
        assert running.stdout is not None
        for line in running.stdout:
            if "Still creating..." in line:  # "Creating..." is said before the provider is asked
                os.kill(running.pid, signal.SIGINT)
                break
        said = running.stdout.read()
    assert running.returncode == 1
    assert "the oven was interrupted" in said
