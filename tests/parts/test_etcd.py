"""A real etcd is there for tests."""

import base64
import json
import urllib.request

import pytest

from parts.answering import answers
from parts.etcd import etcd

pytestmark = pytest.mark.slow


def test_it_keeps_what_it_is_told() -> None:
    key, value = (base64.b64encode(word).decode() for word in (b"bread", b"rye"))
    with etcd() as url:
        put, said = (
            answers(urllib.request.Request(f"{url}/v3/kv/{path}", json.dumps(body).encode()))
            for path, body in (("put", {"key": key, "value": value}), ("range", {"key": key}))
        )
    assert put
    assert json.loads(said)["kvs"][0]["value"] == value


def test_it_is_gone_after_its_block() -> None:
    with etcd() as url:
        pass
    assert answers(urllib.request.Request(f"{url}/health")) == b""
