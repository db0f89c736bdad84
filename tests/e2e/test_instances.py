"""Workloads that ask for MySQL databases and a broker share one server of each, for as long as they are deployed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.conftest import assert_only_memory_of_the_store_is_left, registered
from e2e.processes import kill
from e2e.shop import Shop, eventually
from parts.mysql import INSTALL, MARIADB
from parts.rabbitmq import RABBITMQ

pytestmark = pytest.mark.slow

SCORE = """\
apiVersion: score.dev/v1b1
metadata: {name: web}
containers:
  main:
    image: .
    command: [python, main.py]
    variables:
      DB_HOST: ${resources.stock.host}
      DB_PORT: ${resources.stock.port}
      DB_NAME: ${resources.stock.name}
      DB_USER: ${resources.stock.username}
      DB_PASSWORD: ${resources.stock.password}
      QUEUE_URL: amqp://${resources.tasks.username}:${resources.tasks.password}@${resources.tasks.host}:${resources.tasks.port}/${resources.tasks.vhost}
resources:
  stock: {type: mysql}
  spare: {type: mysql}
  tasks: {type: amqp}
"""

MAIN = """\
import os, time
import pika, pymysql

stock = pymysql.connect(host=os.environ["DB_HOST"], port=int(os.environ["DB_PORT"]), user=os.environ["DB_USER"],
                        password=os.environ["DB_PASSWORD"], database=os.environ["DB_NAME"], autocommit=True)
with stock.cursor() as cursor:
    cursor.execute("CREATE TABLE IF NOT EXISTS starts (bread TEXT)")
    cursor.execute("INSERT INTO starts VALUES ('rye')")
    count = cursor.execute("SELECT * FROM starts")
queue = pika.BlockingConnection(pika.URLParameters(os.environ["QUEUE_URL"])).channel()
waiting = queue.queue_declare("orders", durable=True).method.message_count
queue.basic_publish("", "orders", b"rye", pika.BasicProperties(delivery_mode=2))
print(f"start {count} found {waiting} orders", flush=True)
time.sleep(100_000)
"""


@pytest.fixture
def bakery(tmp_path: Path, one_user: Path) -> Iterator[Shop]:
    files = {"score.yaml": SCORE, "main.py": MAIN}
    with registered(tmp_path / "bakery", one_user, files, (MARIADB, INSTALL, RABBITMQ)) as found:
        yield found


def test_a_database_and_a_broker_are_there_for_a_workload_until_it_is_destroyed(bakery: Shop) -> None:
    planned = bakery.run("plan", "--no-input").out
    for address in ("mysql-instance#local", "mysql#web.stock", "mysql#web.spare", "amqp-instance#local"):
        assert planned.count(f"{address} ") >= 1, planned
    bakery.apply()
    eventually(lambda: "start 1 found 0 orders" in bakery.run("logs", "web").out, "it reached both")
    environment = next(p for p in bakery.processes() if p.command.endswith("main.py")).environment
    secrets = [environment["DB_PASSWORD"], environment["QUEUE_URL"].split(":")[2].partition("@")[0]]
    shown = [("outputs",), ("show", "1"), ("state", "show", "mysql-instance#local"), ("logs", "web")]
    said = [bakery.run(*words).out for words in shown]
    variables = [process.environment for process in bakery.processes()]
    folders = {
        Path(found["RABBITMQ_MNESIA_BASE"]).parent for found in variables if "RABBITMQ_MNESIA_BASE" in found
    }
    folders |= set(bakery.data_folders())
    assert len(folders) == 2
    commands = [process.command for process in bakery.processes()]
    assert [s for s in secrets if any(s in text for text in (*said, *commands))] == []
    bakery.assert_nothing_to_do()

    kill(bakery.processes())
    assert "not running" in bakery.run("plan", "--no-input").out
    bakery.apply()
    eventually(lambda: "start 2 found 1 orders" in bakery.run("logs", "web").out, "both kept their data")

    kill(bakery.processes())
    bakery.destroy()
    eventually(lambda: not bakery.processes(), "no process is left", seconds=15)
    assert_only_memory_of_the_store_is_left(bakery.home)
    assert [folder for folder in folders if folder.exists()] == []
