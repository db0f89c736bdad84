"""Real servers that speak MongoDB's protocol are there for tests."""

import pytest
from pymongo.errors import ConnectionFailure, OperationFailure

from parts.ferretdb import ferretdb
from parts.mongodb import mongodb

pytestmark = pytest.mark.slow


def test_one_knows_users_with_roles_and_is_gone_after_its_block() -> None:
    with mongodb() as running:
        with running.client() as client:
            client.orders.command("createUser", "reader", pwd="x", roles=["read"])
        with running.client(username="reader", password="x", authSource="orders") as client:
            assert client.orders.bread.find_one() is None
            with pytest.raises(OperationFailure, match="not authorized"):
                client.orders.bread.insert_one({})
            with pytest.raises(OperationFailure, match="not authorized"):
                client.other.bread.find_one()
        with running.client(password="wrong") as client, pytest.raises(OperationFailure, match=r"(?i)auth"):
            client.orders.bread.find_one()
    assert not running.folder.exists()
    with running.client(serverSelectionTimeoutMS=100) as client, pytest.raises(ConnectionFailure):
        client.admin.command("ping")


def test_ferretdb_knows_users_but_no_roles_and_is_gone_after_its_block() -> None:
    with ferretdb() as running:
        with running.client() as client:
            client.orders.bread.insert_one({"_id": "rye"})
            with pytest.raises(OperationFailure, match="roles"):
                client.orders.command("createUser", "reader", pwd="x", roles=["read"])
            client.orders.command("createUser", "anyone", pwd="x", roles=[])
        with running.client(username="anyone", password="x", authSource="orders") as client:
            assert client.orders.bread.find_one() == {"_id": "rye"}
        with running.client(password="wrong") as client, pytest.raises(OperationFailure, match=r"(?i)auth"):
            client.orders.bread.find_one()
    assert not running.folder.exists()
    with running.client(serverSelectionTimeoutMS=100) as client, pytest.raises(ConnectionFailure):
        client.admin.command("ping")
