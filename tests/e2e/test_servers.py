"""A workload that asks for a cache and a bucket gets both on this machine, for as long as it is deployed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.conftest import assert_only_memory_of_the_store_is_left, registered
from e2e.processes import kill
from e2e.shop import Shop, eventually
from parts.redis import REDIS
from parts.s3 import VERSITYGW

pytestmark = pytest.mark.slow

SCORE = """\
apiVersion: score.dev/v1b1
metadata: {name: web}
containers:
  main:
    image: .
    command: [python, main.py]
    variables:
      CACHE_PORT: ${resources.cache.port}
      CACHE_USER: ${resources.cache.username}
      CACHE_PASSWORD: ${resources.cache.password}
      BUCKET: ${resources.pictures.bucket}
      AWS_ENDPOINT_URL: ${resources.pictures.endpoint}
      AWS_DEFAULT_REGION: ${resources.pictures.region}
      AWS_ACCESS_KEY_ID: ${resources.pictures.aws_access_key_id}
      AWS_SECRET_ACCESS_KEY: ${resources.pictures.aws_secret_key}
resources:
  cache: {type: redis}
  pictures: {type: s3}
"""

MAIN = """\
import os, time
import botocore.session
from redis import Redis

cache = Redis("127.0.0.1", int(os.environ["CACHE_PORT"]), username=os.environ["CACHE_USER"],
              password=os.environ["CACHE_PASSWORD"])
store, bucket = botocore.session.get_session().create_client("s3"), os.environ["BUCKET"]
store.put_object(Bucket=bucket, Key="bread", Body=b"rye")
count = cache.incr("starts")
body = store.get_object(Bucket=bucket, Key="bread")["Body"].read().decode()
print(f"start {count} with {body} bread", flush=True)
time.sleep(100_000)
"""


@pytest.fixture
def bakery(tmp_path: Path, one_user: Path) -> Iterator[Shop]:
    files = {"score.yaml": SCORE, "main.py": MAIN}
    with registered(tmp_path / "bakery", one_user, files, (REDIS, VERSITYGW)) as found:
        yield found


def test_a_cache_and_a_bucket_are_there_for_a_workload_until_it_is_destroyed(bakery: Shop) -> None:
    planned = bakery.run("plan", "--no-input").out
    assert "redis#web.cache" in planned
    assert "s3#web.pictures" in planned
    bakery.apply()
    eventually(lambda: "start 1 with rye bread" in bakery.run("logs", "web").out, "it reached both")
    environment = next(p for p in bakery.processes() if p.command.endswith("main.py")).environment
    secrets = [environment[name] for name in ("CACHE_PASSWORD", "AWS_SECRET_ACCESS_KEY")]
    said = [
        bakery.run(*words) for words in (("outputs",), ("show", "1"), ("state", "show", "s3#web.pictures"))
    ]
    commands = [process.command for process in bakery.processes()]
    assert [s for s in secrets if any(s in text for text in (*(run.out for run in said), *commands))] == []
    bakery.assert_nothing_to_do()

    kill(bakery.processes())
    assert "not running" in bakery.run("plan", "--no-input").out
    bakery.apply()
    eventually(lambda: "start 2 with rye bread" in bakery.run("logs", "web").out, "the cache kept its data")

    bakery.destroy()
    eventually(lambda: not bakery.processes(), "no process is left", seconds=5)
    assert_only_memory_of_the_store_is_left(bakery.home)
