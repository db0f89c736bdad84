"""Planted secrets of every store are sought, after a life of an environment, wherever they must not be."""

import base64
import gzip
import json
import os
import shutil
import signal
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from e2e.processes import PROC, belonging_to
from e2e.shop import Run, Shop, eventually

pytestmark = pytest.mark.slow

FIXTURES = Path(__file__).parent.parent / "secrets" / "fixtures"
VARIABLE, SHELL = "planted-variable-2f/70 c1d3", "planted-shell-81+bb e9a2"
IN_FILE, SECOND_IN_FILE = "planted-in-a-file-5f2c9d", "second-in-a-file-77aa01"

PROFILE = """\
          MAIL_PASSWORD: {$secret: {store: sops, ref: "secrets/values.sops.yaml#database/password"}}
          API_TOKEN: {$secret: {store: env, ref: API_TOKEN}}
          MIXED: "dsn ${var.DSN} of ${context.application}"
"""

TELLTALE = """\
kind: ResourceType
metadata: {name: telltale}
spec: {outputs: {type: object, additionalProperties: true}}
---
kind: ResourceDefinition
metadata: {name: telltale}
spec:
  type: telltale
  driver: exec
  match: [{}]
  inputs:
    command: [python, platform/telltale.py]
    inputs:
      dsn: "${var.DSN}"
      token: {$secret: {store: env, ref: API_TOKEN}}
      mail: {$secret: {store: sops, ref: "secrets/values.sops.yaml#database/password"}}
"""

PROGRAM = """\
import base64, json, sys
request = sys.stdin.readline()
clear = json.loads(request)["inputs"]
if json.loads(request)["operation"] == "delete":
    print(json.dumps({"result": {}}))
    sys.exit()
print(json.dumps({"progress": f"logging in with {clear}"}), flush=True)
print("debug:", request, base64.b64encode(clear["dsn"].encode()).decode(), file=sys.stderr)
sys.exit(f"could not log in with {clear['token']} and {clear['mail']}")
"""

SHOWING = (
    ("outputs",), ("outputs", "--json"), ("show", "1"), ("show", "1", "--json"), ("show", "2", "--json"),
    ("show", "1", "--format", "markdown"), ("show", "2", "--format", "markdown"),
    ("state", "list", "--json"), ("state", "show", "postgres#web.db", "--json"),
    ("state", "show", "workload#web"), ("state", "show", "workload#web", "--json"),
    ("explain", "postgres#web.db"), ("explain", "workload#web", "--json"),
    ("graph", "--format", "json"), ("graph", "--format", "dot"), ("history",), ("history", "--json"),
    ("status",), ("status", "--json"), ("env", "list", "--json"), ("logs", "web"), ("logs", "worker"),
    ("catalog", "effective", "-e", "local"), ("catalog", "effective", "-e", "local", "--json"),
    ("catalog", "show", "python"), ("validate",),
)  # fmt: skip


@pytest.fixture
def planted(shop: Shop, tmp_path: Path) -> Shop:
    """The shop with secrets of every store in its workloads, and temporary files of its own; not applied yet."""
    (tmp_path / "temporary").mkdir()
    shop.extra["TMPDIR"] = str(tmp_path / "temporary")
    (shop.folder / "platform" / "secrets").mkdir()
    use_file(shop, "values.sops.yaml")
    profiles = shop.folder / "platform" / "profiles.yaml"
    profiles.write_text(profiles.read_text() + PROFILE)
    shop.edit("platform/platform.yaml", "    LOG_LEVEL: {default: info}\n",
              "    LOG_LEVEL: {default: info}\n    DSN: {secret: true}\n")  # fmt: skip
    shop.extra.update(API_TOKEN=SHELL, SOPS_AGE_KEY_FILE=str(FIXTURES / "age.key"))
    shop.run("env", "set", "DSN", stdin=VARIABLE)
    return shop


def use_file(shop: Shop, fixture: str) -> None:
    shutil.copy(FIXTURES / fixture, shop.folder / "platform" / "secrets" / "values.sops.yaml")


def break_a_driver(shop: Shop) -> None:
    """A resource whose program says everything that it was given, and fails."""
    (shop.folder / "platform" / "telltale.yaml").write_text(TELLTALE)
    (shop.folder / "platform" / "telltale.py").write_text(PROGRAM)
    shop.edit("bakehouse.yaml", "  links:\n", "    telltale:\n      type: telltale\n  links:\n")


def password(shop: Shop) -> str:
    found = urlsplit(shop.database_url()).password
    assert found
    return found


def forms(secret: str) -> set[bytes]:
    """The ways in which a secret may be written down."""
    raw = secret.encode()
    return {
        raw,
        json.dumps(secret)[1:-1].encode(),
        quote(secret, safe="").encode(),
        base64.b64encode(raw).rstrip(b"="),
        base64.urlsafe_b64encode(raw).rstrip(b"="),
    }


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and what is packed inside it: members of archives, all values of a database."""
    content = path.read_bytes()
    yield content
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    if content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    if content.startswith(b"SQLite format 3\0"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            tables = [
                row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            ]
            for table in tables:
                for row in connection.execute(f'SELECT * FROM "{table}"'):
                    yield b"\0".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
        connection.close()


def holding(folder: Path, sought: set[bytes], left_out: tuple[str, ...] = ()) -> list[str]:
    """The files below a folder that hold one of the forms of a secret."""
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_symlink()]
    names = {p: f"/{p.relative_to(folder)}" for p in files}
    searched = [p for p in files if not any(part in names[p] for part in left_out)]
    return [names[p] for p in searched if any(form in content for content in contents(p) for form in sought)]


def test_the_search_finds_what_it_should(planted: Shop, tmp_path: Path) -> None:
    """The canary's own canary: each form, in each kind of container, is found."""
    for number, form in enumerate(sorted(forms(VARIABLE))):
        folder = tmp_path / f"found{number}"
        folder.mkdir()
        (folder / "plain").write_bytes(b"x" + form)
        with zipfile.ZipFile(folder / "archive", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner", b"x" + form)
        with sqlite3.connect(folder / "base") as connection:
            connection.execute("CREATE TABLE t (v BLOB)")
            connection.execute("INSERT INTO t VALUES (?)", (b"x" + form,))
        connection.close()
        assert holding(folder, forms(VARIABLE)) == ["/archive", "/base", "/plain"]


@pytest.mark.scenario(29)
def test_planted_secrets_are_nowhere_but_where_they_are_used(
    planted: Shop, figure: Callable[[str], None]
) -> None:
    shop = planted
    said: list[Run] = [shop.apply("--json")]
    run = next(p for p in shop.processes() if p.pid == shop.programs()["worker"]).environment
    assert (run["MAIL_PASSWORD"], run["API_TOKEN"]) == (IN_FILE, SHELL)
    assert run["MIXED"] == f"dsn {VARIABLE} of shop"
    first = password(shop)

    said += [shop.run("plan", "--no-input", *more) for more in ((), ("--json",), ("--debug", "-v"))]
    use_file(shop, "later.sops.yaml")
    said.append(shop.run("plan", "--no-input", "--out", "next.plan"))
    said.append(shop.run("show", "next.plan", "--json"))
    said.append(shop.run("apply", "next.plan", "--auto-approve", "--no-input", "--debug"))
    said.append(shop.run("rotate", "postgres#web.db", "--auto-approve", "--no-input"))
    said.append(shop.run("key", "rotate", "--json"))
    second = password(shop)
    assert second != first

    break_a_driver(shop)
    failed = shop.run("apply", "--auto-approve", "--no-input", "--debug", expect=1)
    assert "could not log in with *** and ***" in failed.out + failed.err
    said += [failed, shop.run("apply", "--auto-approve", "--no-input", "--json", expect=1)]
    said += [shop.run(*words) for words in SHOWING]

    secrets = [VARIABLE, SHELL, IN_FILE, SECOND_IN_FILE, first, second]
    figure(
        f"{len(secrets)} secrets sought in {len(said)} outputs, in all files and in the arguments of programs"
    )
    for secret in secrets:
        sought = forms(secret)
        texts = [run.out.encode() + run.err.encode() for run in said]
        assert [run for run, text in zip(said, texts, strict=True) if any(f in text for f in sought)] == []
        # A local workload's own run directory, and PostgreSQL's data, are outside the scope.
        assert holding(shop.folder, sought, ("/run/", "/pg")) == []
        assert holding(shop.home, sought) == []
        assert holding(Path(shop.extra["TMPDIR"]), sought, ("/pg",)) == []
        arguments = [p.pid for p in shop.processes() if any(f in _arguments(p.pid) for f in sought)]
        assert arguments == []


def test_after_a_key_rotation_a_program_is_started_again_and_no_plan_changes(planted: Shop) -> None:
    shop = planted
    shop.apply()
    shop.assert_nothing_to_do()
    shop.run("key", "rotate")
    shop.assert_nothing_to_do()
    killed = shop.programs()["worker"]
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: shop.programs().get("worker", killed) != killed, "the worker is started again")
    again = next(p for p in belonging_to(shop.folder, shop.home) if p.pid == shop.programs()["worker"])
    assert again.environment["MIXED"] == f"dsn {VARIABLE} of shop"
    assert again.environment["MAIL_PASSWORD"] == IN_FILE
    shop.assert_nothing_to_do()


@pytest.mark.scenario(29)
def test_a_changed_secret_is_told_by_its_version_alone(planted: Shop) -> None:
    shop = planted
    shop.apply()
    shop.extra["API_TOKEN"] = "another-shell-token"
    plan = shop.run("plan", "--no-input").out
    assert "variables.API_TOKEN  *** (version " in plan
    assert "another-shell-token" not in plan
    assert "MAIL_PASSWORD" not in plan


def test_without_the_variable_a_first_plan_says_that_the_version_is_not_known(planted: Shop) -> None:
    """In the published document; the text folds the properties of what is new."""
    del planted.extra["API_TOKEN"]
    plan = json.loads(planted.run("plan", "--no-input", "--json").out)
    worker = next(c for c in plan["changes"] if c["address"] == "workload#worker")
    versions = next(d for d in worker["diffs"] if d["path"] == "workload")["versions"]["after"]
    assert versions.count(None) == 1
    assert len(versions) == 3
    failed = planted.run("apply", "--auto-approve", "--no-input", expect=1)
    assert "the environment variable API_TOKEN is not set" in failed.out + failed.err


def _arguments(pid: int) -> bytes:
    try:
        return (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return b""
