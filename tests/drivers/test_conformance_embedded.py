"""The drivers of embedded servers keep every promise with real servers."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from pydantic import ValidationError
from redis import Redis
from redis.exceptions import AuthenticationError

from bakehouse.drivers.builtin.embedded import EmbeddedAmqp, EmbeddedMysql, EmbeddedRedis, EmbeddedS3
from bakehouse.drivers.builtin.embedded.s3 import EmbeddedS3Inputs
from bakehouse.drivers.builtin.local import supervisor
from bakehouse.drivers.conformance import Bench, DriverConformance, Held
from bakehouse.drivers.conformance.lifecycle import LifeCycle
from bakehouse.drivers.conformance.rendering import Rendering
from bakehouse.drivers.conformance.secrecy import Secrecy
from bakehouse.drivers.sdk import NotFound, PermanentFault
from bakehouse.graph.values import Secret, Value
from parts.finding import need
from parts.mysql import INSTALL, MARIADB
from parts.rabbitmq import RABBITMQ
from parts.redis import REDIS
from parts.s3 import VERSITYGW

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _target(monkeypatch: pytest.MonkeyPatch, isolated_home: Path) -> None:
    entry = str(Path(__file__).parent.parent / "local" / "launcher.py")
    monkeypatch.setattr(supervisor, "LAUNCHER", (sys.executable, entry))
    folders = tuple(need(part).parent for part in (REDIS, VERSITYGW, MARIADB, INSTALL, RABBITMQ))
    monkeypatch.setenv("PATH", os.pathsep.join([*map(str, folders), os.environ["PATH"]]))


class TestEmbeddedRedis(DriverConformance):
    @pytest.fixture
    def driver(self) -> EmbeddedRedis:
        return EmbeddedRedis()

    @pytest.fixture
    def inputs(self) -> Mapping[str, Value]:
        return {}


class TestEmbeddedS3(DriverConformance):
    @pytest.fixture
    def driver(self) -> EmbeddedS3:
        return EmbeddedS3()

    @pytest.fixture
    def inputs(self) -> Mapping[str, Value]:
        return {"bucket": "pictures"}


class TestEmbeddedMysql(DriverConformance):
    @pytest.fixture
    def driver(self) -> EmbeddedMysql:
        return EmbeddedMysql()

    @pytest.fixture
    def inputs(self) -> Mapping[str, Value]:
        return {}


class TestEmbeddedAmqp(LifeCycle, Rendering, Secrecy):
    """What depends on the program. The rest is the shared driver's, and a broker takes ten seconds to come and to go."""

    @pytest.fixture
    def driver(self) -> EmbeddedAmqp:
        return EmbeddedAmqp()

    @pytest.fixture
    def inputs(self) -> Mapping[str, Value]:
        return {}


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Bench]:
    with Bench(EmbeddedRedis(), tmp_path) as bench:
        yield bench


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Bench]:
    with Bench(EmbeddedS3(), tmp_path) as bench:
        yield bench


def clear(bench: Bench, held: Held, output: str) -> str:
    secret = held.outputs[output]
    assert isinstance(secret, Secret)
    return bench.vault.reveal(secret)


def redis(bench: Bench, held: Held) -> Any:
    port, user = int(str(held.outputs["port"])), str(held.outputs["username"])
    return Redis("127.0.0.1", port, username=user, password=clear(bench, held, "password"))


def bucket(bench: Bench, held: Held) -> Any:
    return botocore.session.get_session().create_client(
        "s3",
        endpoint_url=held.outputs["endpoint"],
        region_name=held.outputs["region"],
        aws_access_key_id=held.outputs["aws_access_key_id"],
        aws_secret_access_key=clear(bench, held, "aws_secret_key"),
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_redis_keeps_data_and_port_over_a_stop_and_lets_nobody_in_without_its_password(cache: Bench) -> None:
    held = cache.create({})
    with redis(cache, held) as client:
        client.set("bread", "rye")
    cache.pause(held)
    held = cache.update(held, {})
    with redis(cache, held) as client:
        assert client.get("bread") == b"rye"
    with (
        Redis("127.0.0.1", int(str(held.outputs["port"]))) as client,
        pytest.raises(AuthenticationError),
    ):
        client.ping()
    after = cache.rotate(held)
    with redis(cache, after) as client:
        assert client.get("bread") == b"rye"
    with redis(cache, held) as client, pytest.raises(AuthenticationError):
        client.ping()
    cache.delete(after)
    assert [path for path in (cache.folder / "home").rglob("*") if path.is_file()] == []
    with pytest.raises(NotFound):
        cache.update(after, {})


def test_the_bucket_keeps_its_objects_over_a_stop_and_lets_nobody_in_without_its_key(store: Bench) -> None:
    held = store.create({"bucket": "pictures"})
    bucket(store, held).put_object(Bucket="pictures", Key="a/b", Body=b"bread", ContentType="image/png")
    store.pause(held)
    held = store.update(held, held.inputs)
    found = bucket(store, held).get_object(Bucket="pictures", Key="a/b")
    assert (found["Body"].read(), found["ContentType"]) == (b"bread", "image/png")
    after = store.rotate(held)
    assert bucket(store, after).list_objects_v2(Bucket="pictures")["KeyCount"] == 1
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        bucket(store, held).list_buckets()
    store.delete(after)
    assert [path for path in (store.folder / "home").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("driver", [EmbeddedRedis, EmbeddedS3])
def test_without_its_program_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, driver: type[EmbeddedRedis] | type[EmbeddedS3]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with Bench(driver(), tmp_path) as bench, pytest.raises(PermanentFault) as caught:
        bench.create({"bucket": "pictures"} if driver is EmbeddedS3 else {})
    assert caught.value.message == f"{driver.program} is not on the PATH of this machine"
    assert caught.value.hint == driver.install


@pytest.mark.parametrize("name", ["../up", "a/b", "Upper", "", "x" * 64])
def test_a_bucket_that_would_lead_out_of_its_folder_is_refused_before(name: str) -> None:
    with pytest.raises(ValidationError, match="bucket"):
        EmbeddedS3Inputs(bucket=name)
