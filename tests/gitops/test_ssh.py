"""The driver `git` over ssh, with a real server: a key that opens it, one that does not, and a server that is another."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bakehouse.drivers.builtin.git import Git, GitConnection
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import Fault
from parts.ssh import SshServer, new_key, ssh
from served_repository import Bare

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def there() -> Iterator[SshServer]:
    with ssh() as found:
        yield found


def bench(there: SshServer, bare: Bare, folder: Path, **other: str | None) -> Bench:
    values: dict[str, Any] = {
        "url": there.url(bare.folder),
        "sshKey": there.key,
        "knownHosts": there.known_hosts,
    }
    return Bench(Git(), folder, GitConnection.model_validate({**values, **other}), seconds=30.0)


def asked(heat: str) -> dict[str, Any]:
    return {"path": "shop/dev", "files": {"a.yaml": {"heat": heat}}}


def test_files_are_committed_read_and_removed_over_ssh_and_the_key_is_kept_nowhere(
    there: SshServer, bare: Bare, tmp_path: Path, isolated_home: Path
) -> None:
    with bench(there, bare, tmp_path / "bench") as git:
        proposal = git.plan(asked("220"))
        assert proposal is not None
        assert proposal.nested[0]["object"] == "shop/dev/a.yaml"
        held = git.create(asked("220"))
        assert bare.files()["shop/dev/a.yaml"] == "heat: '220'"
        held = git.update(held, asked("240"))
        assert bare.files()["shop/dev/a.yaml"] == "heat: '240'"
        bare.pushed({"shop/dev/a.yaml": "heat: '0'\n"})
        assert git.read(held).outputs["condition"] != "complete"
        git.delete(held)
        assert list(bare.files()) == ["README.md"]
        secret = there.key.splitlines()[1].encode()
        kept = [p for p in (tmp_path / "bench" / "home").rglob("*") if p.is_file()]
        assert [p for p in kept if secret in p.read_bytes()] == []


@pytest.mark.parametrize("lines", ["", None])
def test_a_server_that_is_not_known_gets_nothing(
    there: SshServer, bare: Bare, tmp_path: Path, isolated_home: Path, lines: str | None
) -> None:
    """Without lines ssh takes its own, which are none in this home; with others it is somebody else who answers."""
    _, public = new_key(tmp_path / "other")
    known = None if lines is None else f"[127.0.0.1]:{there.port} {public}"
    with (
        bench(there, bare, tmp_path / "bench", knownHosts=known) as git,
        pytest.raises(Fault, match="Host key verification failed") as caught,
    ):
        git.create(asked("220"))
    assert there.key.splitlines()[1] not in str(caught.value)
    assert list(bare.files()) == ["README.md"]


def test_a_key_that_does_not_open_it_is_told(
    there: SshServer, bare: Bare, tmp_path: Path, isolated_home: Path
) -> None:
    private, _ = new_key(tmp_path / "other")
    with (
        bench(there, bare, tmp_path / "bench", sshKey=private) as git,
        pytest.raises(Fault, match=r"Permission denied \(publickey\)") as caught,
    ):
        git.create(asked("220"))
    assert private.splitlines()[1] not in str(caught.value)
    assert list(bare.files()) == ["README.md"]
