"""One application owns a real database server, another has its database in it: on the local target, by the command."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from desk import Desk
from e2e.shop import eventually

pytestmark = pytest.mark.slow

CATALOG = """\
kind: Platform
metadata: {name: acme}
spec: {organization: acme, packs: [{name: bakehouse/local}]}
---
kind: ResourceDefinition
metadata: {name: server-of-the-platform}
spec:
  type: postgres-instance
  driver: reference
  match: [{application: shop}]
  inputs: {application: platform, environment: "${context.environment}", address: "postgres-instance#shared.main"}
"""
APPLICATION = """\
apiVersion: bakehouse.dev/v1
kind: Application
metadata: {name: %s}
spec: {platform: ../catalog, workloads: [%s], shared: {%s}}
"""
SCORE = """\
apiVersion: score.dev/v1b1
metadata: {name: web}
containers:
  main:
    image: .
    command: [sh, -c, 'echo "$URL" > "$BAKEHOUSE_ROOT/url.new" && mv "$BAKEHOUSE_ROOT/url.new" "$SAID"; exec sleep 1000']
    variables:
      SAID: SAID_HERE
      URL: "postgresql://${resources.db.username}:${resources.db.password}@${resources.db.host}:${resources.db.port}/${resources.db.name}"
resources:
  db: {type: postgres}
"""


@dataclass(frozen=True)
class Pair:
    """The command in the folders of both applications; ``said`` is what the shop's process was given."""

    platform: Desk
    shop: Desk
    said: Path

    def url(self) -> str:
        eventually(self.said.is_file, "the process said what it was given")
        return self.said.read_text(encoding="utf-8").strip()


@pytest.fixture
def pair(tmp_path: Path, one_user: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    monkeypatch.setenv("BAKEHOUSE_STATE", f"sqlite:///{tmp_path}/state.db")
    said = tmp_path / "said"
    for name, more in (("platform", ("", "main: {type: postgres-instance}")), ("shop", ("score.yaml", ""))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "bakehouse.yaml").write_text(APPLICATION % (name, *more))
    (tmp_path / "shop" / "score.yaml").write_text(SCORE.replace("SAID_HERE", str(said)))
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "platform.yaml").write_text(CATALOG)
    found = Pair(Desk(tmp_path / "platform"), Desk(tmp_path / "shop"), said)
    for desk in (found.platform, found.shop):
        desk("env", "create", "local", "--type", "local")
    try:
        yield found
    finally:
        for desk in (found.shop, found.platform):
            command = [sys.executable, "-m", "bakehouse", "destroy", "--auto-approve"]
            command += ["--allow-destroy", "all", "--confirm", "local"]
            subprocess.run(command, cwd=desk.folder, check=False, capture_output=True, timeout=60)


def test_a_database_in_a_server_that_another_application_owns(pair: Pair) -> None:
    refused = pair.shop("plan", expect=1)
    assert refused.codes == ["reference-owner-missing"]
    pair.platform("apply", "--auto-approve")
    pair.shop("apply", "--auto-approve")
    with psycopg.connect(pair.url()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    told = pair.platform("explain", "postgres-instance#shared.main").out
    assert "  read from elsewhere by\n    postgres-instance#local of shop/local\n" in told

    kept = pair.platform("destroy", "--auto-approve", expect=6)
    assert "read by postgres-instance#local of shop/local" in kept.out
    pair.platform("apply", "--auto-approve")
    pair.platform("rotate", "postgres-instance#shared.main", "--auto-approve")
    plan = pair.shop("plan", "--out", "saved").out
    assert "  < postgres-instance#local  read   postgres-instance#shared.main of platform/local" in plan
    pair.platform("rotate", "postgres-instance#shared.main", "--auto-approve")
    assert pair.shop("apply", "saved", "--auto-approve", expect=4).codes == ["stale-plan"]
    pair.shop("apply", "--auto-approve")
    with psycopg.connect(pair.url()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)

    pair.shop("destroy", "--auto-approve")
    assert pair.platform.read("state", "list")["resources"][0]["status"] == "ready"
    pair.platform("destroy", "--auto-approve")
    assert pair.platform.read("state", "list")["resources"] == []
