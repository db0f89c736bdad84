"""A real PostgreSQL is there for tests."""

import psycopg
import pytest

from parts.postgres import server

pytestmark = pytest.mark.slow


def test_it_answers_its_administrator_and_is_gone_after_its_block() -> None:
    with server() as running:
        with psycopg.connect(running.conninfo()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        folder = running.log.parent
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(running.conninfo(), connect_timeout=5)
