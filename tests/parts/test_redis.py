"""A real Redis is there for tests."""

import pytest
from redis import exceptions

from parts.redis import redis

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("acl_file", [False, True])
def test_it_answers_who_has_the_password_and_is_gone_after_its_block(acl_file: bool) -> None:
    with redis(acl_file=acl_file) as running:
        with running.client(password=running.password) as client:
            assert client.ping()
        with running.client() as client, pytest.raises(exceptions.AuthenticationError):
            client.ping()
    assert not running.folder.exists()
    with running.client(password=running.password) as client, pytest.raises(exceptions.ConnectionError):
        client.ping()
