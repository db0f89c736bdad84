"""What the driver `postgres` says before and instead of an answer of the server."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import ValidationError

from bakehouse.drivers.builtin.postgres import Postgres, PostgresInputs
from bakehouse.drivers.builtin.postgres.faults import working
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import Conflict, PermanentFault, TransientFault
from client_libraries import assert_it_says_how_to_get

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Postgres(), tmp_path) as bench:
        yield bench


@pytest.mark.parametrize("name", ["", "x" * 64, "ä" * 32, "a\0b"])
def test_a_name_that_the_server_would_cut_or_refuse_is_refused_before(name: str) -> None:
    with pytest.raises(ValidationError, match="1 to 63 bytes"):
        PostgresInputs(database=name)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("08006", TransientFault), ("53100", TransientFault), ("53300", TransientFault), ("57P03", TransientFault),
        ("55P03", TransientFault), ("40P01", TransientFault), ("42501", PermanentFault), ("42P04", Conflict),
        ("2BP01", PermanentFault), ("42601", PermanentFault), ("28P01", PermanentFault),
    ],
)  # fmt: skip
def test_each_state_of_the_server_has_its_fault(state: str, kind: type[Exception]) -> None:
    error = (
        psycopg.errors.lookup(state)("it said so") if state != "53100" else psycopg.errors.DiskFull("full")
    )
    assert isinstance(working(error, "PostgreSQL"), kind)


def test_without_the_client_library_it_says_how_to_get_it(bench: Bench) -> None:
    place = {"host": "127.0.0.1", "port": 1, "username": "x", "password": "x"}
    assert_it_says_how_to_get("psycopg", "postgres", bench, {"server": place, "database": "orders"})
