"""A real MariaDB is there for tests."""

from typing import Any

import pymysql
import pytest

from parts.mysql import mysql

pytestmark = pytest.mark.slow


def test_it_answers_its_administrator_and_is_gone_after_its_block() -> None:
    with mysql() as running:
        place: dict[str, Any] = {"host": running.host, "port": running.port, "user": running.username}
        with pymysql.connect(**place, password=running.password) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT VERSION()")
            assert "MariaDB" in str(cursor.fetchone())
        with pytest.raises(pymysql.OperationalError, match="Access denied"):
            pymysql.connect(**place, password="not the password")
        folder = running.log.parent
    assert not folder.exists()
    with pytest.raises(pymysql.OperationalError):
        pymysql.connect(**place, password=running.password, connect_timeout=5)
