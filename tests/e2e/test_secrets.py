"""The database's password is where it is needed, and nowhere else."""

import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from e2e.processes import PROC
from e2e.shop import Shop, eventually

pytestmark = pytest.mark.slow

SHOWING = (
    ("outputs",),
    ("outputs", "--json"),
    ("show", "1"),
    ("show", "1", "--json"),
    ("state", "list"),
    ("state", "show", "postgres#web.db"),
    ("state", "show", "postgres#web.db", "--json"),
    ("state", "show", "workload#web", "--json"),
    ("explain", "postgres#web.db"),
    ("graph", "--format", "json"),
    ("history", "--json"),
    ("status", "--json"),
    ("logs", "web"),
)


def password(shop: Shop) -> str:
    found = urlsplit(shop.database_url()).password
    assert found
    assert len(found) >= 16
    return found


def files_holding(folder: Path, secret: bytes) -> list[str]:
    """The files whose bytes hold the secret, zip archives opened; a program's private run directory left out."""
    found = []
    for path in folder.rglob("*"):
        if not path.is_file() or path.is_symlink() or "/run/" in str(path) or "/pg" in str(path):
            continue
        content = path.read_bytes()
        if zipfile.is_zipfile(path):
            archive = zipfile.ZipFile(path)
            content += b"".join(archive.read(name) for name in archive.namelist())
        if secret in content:
            found.append(str(path.relative_to(folder)))
    return found


def test_the_password_is_in_no_file_output_or_argument(open_shop: Shop) -> None:
    secret = password(open_shop)
    open_shop.edit("services/web/score.yaml", "path: /healthz", "path: /healthz?deep")
    open_shop.run("plan", "--out", "next.plan", "--no-input")
    said = [open_shop.run(*words) for words in SHOWING]
    said.append(open_shop.apply("--json"))
    assert [run for run in said if secret in run.out + run.err] == []
    assert files_holding(open_shop.folder, secret.encode()) == []
    assert files_holding(open_shop.home, secret.encode()) == []
    arguments = [p for p in PROC.glob("[0-9]*/cmdline") if secret.encode() in _bytes(p)]
    assert arguments == []


def test_what_a_run_directory_holds_is_for_its_owner_only(open_shop: Shop) -> None:
    loose = [
        path
        for path in (open_shop.folder / ".bakehouse").rglob("*")
        if path.is_file() and path.stat().st_mode & 0o077 and path.stat().st_mode & 0o077 != 0o044
    ]
    assert loose == []


def test_a_rotated_password_works_and_the_old_one_is_refused(open_shop: Shop) -> None:
    old = open_shop.database_url()
    before = open_shop.programs()
    open_shop.edit(
        "bakehouse.yaml", "  shared:\n", "  shared:\n    spare: {type: volume}\n"
    )  # is no matter of it
    rotated = open_shop.run("rotate", "postgres#web.db", "--auto-approve", "--no-input")
    assert "spare" not in rotated.out
    open_shop.edit("bakehouse.yaml", "    spare: {type: volume}\n", "")
    new = open_shop.database_url()
    assert new != old
    eventually(lambda: open_shop.request("/healthz").status == 200, "the page is back")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(old, connect_timeout=5)
    psycopg.connect(new, connect_timeout=5).close()
    changed = {name for name, pid in open_shop.programs().items() if before[name] != pid}
    assert changed == {"web"}
    open_shop.assert_nothing_to_do()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
