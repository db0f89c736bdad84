"""One application ten times over, in ten folders and in ten environments of one store: nothing is called the same."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bakehouse.plans.state.sql import open_store
from e2e.processes import belonging_to, kill
from e2e.shop import eventually
from parts.postgres import Server, server
from warm import command

pytestmark = pytest.mark.slow

TIMES = 10

APPLICATION = """\
apiVersion: bakehouse.dev/v1
kind: Application
metadata: {name: clone}
spec: {workloads: [score.yaml], platform: ./platform, shared: {box: {type: volume}}}
"""

SCORE = """\
apiVersion: score.dev/v1b1
metadata: {name: web}
service: {ports: {www: {port: 8000}}}
containers:
  main:
    image: .
    command: [python, listen.py]
    variables: {DATABASE: "${resources.db.name}"}
resources:
  db: {type: postgres}
"""

LISTEN = """\
import os, socket, time
listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
time.sleep(1e6)
"""

PLATFORM = """\
apiVersion: bakehouse.dev/v1
kind: Platform
metadata: {name: shared-server}
spec: {organization: acme, packs: [{name: bakehouse/local}]}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: postgres-in-one-server}
spec:
  type: postgres
  driver: postgres
  match: [{environmentType: local}]
  inputs:
    server: {host: HOST, port: PORT, username: USER, password: {$secret: {store: env, ref: SERVER_PASSWORD}}}
    database: "${resource.slug}"
"""


@pytest.fixture(scope="module")
def pg() -> Iterator[Server]:
    with server() as running:
        yield running


@dataclass(frozen=True)
class Clone:
    """One environment of one copy."""

    folder: Path
    environment: str
    password: str

    def run(self, *words: str) -> str:
        variables = {**os.environ, "SERVER_PASSWORD": self.password, "NO_COLOR": "1"}
        done = command(words, self.folder, variables)
        assert done.returncode == 0, f"{words} in {self.folder}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def up(self) -> None:
        self.run("apply", "--auto-approve", "--no-input", "-e", self.environment)

    def down(self) -> None:
        self.run("destroy", "--auto-approve", "--no-input", "-e", self.environment)

    def names(self) -> dict[str, list[Any]]:
        """What this one calls its own, by what it is."""
        store = open_store(
            f"sqlite:///{self.folder}/.bakehouse/state.db", create=False, state_home=self.folder / "none"
        )
        reader = store.reader()
        (mine,) = [e for e in reader.environments("clone") if e.name == self.environment]
        records = {str(a): r for a, r in reader.snapshot(mine.uid).resources.items()}
        store.close()
        return {
            "uids": [mine.uid, *(r.uid for r in records.values())],
            "slugs": [r.slug for r in records.values()],
            "ports": [records["endpoint#web"].outputs["ports"]["www"]],
            "databases": [records["postgres#web.db"].outputs["name"]],
            "volumes": [records["volume#shared.box"].outputs["source"]],
            "programs": [*records["workload#web"].private["programs"].values()],
        }


def copied(folder: Path, pg: Server) -> Path:
    (folder / "platform").mkdir(parents=True)
    text = PLATFORM.replace("HOST", pg.host).replace("PORT", str(pg.port)).replace("USER", pg.username)
    (folder / "platform" / "platform.yaml").write_text(text)
    (folder / "bakehouse.yaml").write_text(APPLICATION)
    (folder / "score.yaml").write_text(SCORE)
    (folder / "listen.py").write_text(LISTEN)
    return folder


def test_nothing_of_twenty_clones_collides(tmp_path: Path, one_user: Path, pg: Server) -> None:
    folders = [copied(tmp_path / f"f{n}", pg) for n in range(TIMES)]
    together = copied(tmp_path / "one", pg)
    alone = [Clone(folder, "local", pg.password) for folder in folders]
    crowd = [Clone(together, f"e{n}", pg.password) for n in range(TIMES)]
    clones = [*alone, *crowd]
    try:
        for clone in alone:
            clone.run("init", "--no-input")
        for clone in crowd:
            clone.run("env", "create", clone.environment, "--type", "local")
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(Clone.up, clones))
        found = [clone.names() for clone in clones]
        for kind in found[0]:
            names = Counter(name for one in found for name in one[kind])
            assert [name for name, times in names.items() if times > 1] == [], kind
        with psycopg.connect(pg.conninfo()) as connection:
            rows = connection.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE 'clone-%'"
            ).fetchall()
        assert {name for (name,) in rows} == {name for one in found for name in one["databases"]}
        running = [p for p in belonging_to(tmp_path) if p.command.endswith("listen.py")]
        assert len(running) == len({p.environment["DATABASE"] for p in running}) == 2 * TIMES
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(Clone.down, clones))
        eventually(lambda: not belonging_to(tmp_path), "nothing is left running")
    finally:
        left = belonging_to(tmp_path)
        kill(left)
    assert left == []
    shutil.rmtree(tmp_path, ignore_errors=True)
