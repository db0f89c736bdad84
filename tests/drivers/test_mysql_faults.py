"""What the driver `mysql` says before and instead of an answer of the server."""

from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest
from pydantic import ValidationError

from bakehouse.drivers.builtin.mysql import Mysql, MysqlInputs
from bakehouse.drivers.builtin.mysql.faults import working
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import Conflict, PermanentFault, TransientFault
from client_libraries import assert_it_says_how_to_get
from parts.mysql import mysql

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Mysql(), tmp_path) as bench:
        yield bench


@pytest.mark.parametrize("name", ["", "x" * 65, "_" * 33, "a\0b", "back\\slash", "end ", "🍞"])
def test_a_name_that_the_server_would_cut_or_refuse_is_refused_before(name: str) -> None:
    with pytest.raises(ValidationError, match="a name in MariaDB has"):
        MysqlInputs(database=name)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (pymysql.OperationalError(2013, "Lost connection"), TransientFault),
        (pymysql.OperationalError(1205, "Lock wait timeout exceeded"), TransientFault),
        (pymysql.OperationalError(1021, "Disk full"), TransientFault),
        (pymysql.OperationalError(1053, "Server shutdown in progress"), TransientFault),
        (pymysql.InterfaceError(0, ""), TransientFault),
        (TimeoutError("timed out"), TransientFault),
        (pymysql.ProgrammingError(1007, "Can't create database"), Conflict),
        (pymysql.OperationalError(1396, "Operation CREATE USER failed"), Conflict),
        (pymysql.OperationalError(1227, "Access denied; you need CREATE USER"), PermanentFault),
        (pymysql.OperationalError(1290, "running with --read-only"), PermanentFault),
    ],
)
def test_each_error_of_the_server_has_its_fault(
    error: pymysql.Error | OSError, kind: type[Exception]
) -> None:
    fault = working(error, "MariaDB")
    assert type(fault) is kind
    assert fault.message


def test_a_statement_is_never_quoted() -> None:
    error = pymysql.ProgrammingError(
        1064, "You have an error near '*6BB4837EB74329105EE4568DDA7DC67ED2CA2AD9'"
    )
    assert "6BB4837E" not in str(working(error, "MariaDB"))


def test_without_the_client_library_it_says_how_to_get_it(bench: Bench) -> None:
    place = {"host": "127.0.0.1", "port": 1, "username": "x", "password": "x"}
    assert_it_says_how_to_get("pymysql", "mysql", bench, {"server": place, "database": "orders"})


@pytest.mark.parametrize("version", ["10.4.34-MariaDB", "8.0.36"])
def test_a_server_whose_databases_cannot_be_marked_is_refused(bench: Bench, version: str) -> None:
    with mysql(version=version) as old:
        place = {"host": old.host, "port": old.port, "username": old.username}
        password = bench.vault.put("admin", old.password)
        with pytest.raises(PermanentFault, match=f"the server is {version}"):
            bench.create({"server": {**place, "password": password}, "database": "orders"})
