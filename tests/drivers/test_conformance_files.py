"""The driver `files` keeps every promise, and stays in its folder."""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from bakehouse.drivers.builtin.files import Files, FilesInputs
from bakehouse.drivers.conformance import Bench, DriverConformance, Held, Vault
from bakehouse.drivers.conformance.hooks import InTheWorld
from bakehouse.drivers.sdk import TransientFault
from bakehouse.graph.values import Text, Value


class TestFiles(DriverConformance):
    @pytest.fixture
    def driver(self) -> Files:
        return Files()

    @pytest.fixture
    def inputs(self, vault: Vault) -> Mapping[str, Value]:
        password = vault.put("password", "the clear password")
        return {
            "files": {
                "app.conf": {"content": "level = info\n", "mode": "0644"},
                "keys/db": {"content": Text(("password=", password)), "mode": "0644"},
                "logo.bin": {"base64": "AAECAw=="},
            }
        }

    @pytest.fixture
    def changed_inputs(self) -> Mapping[str, Value]:
        return {
            "files": {
                "app.conf": {"content": "level = debug\n", "mode": "0755"},
                "keys": {"content": "a file now"},
            }
        }

    @pytest.fixture
    def break_it(self) -> InTheWorld:
        return lambda bench, held: Path(str(held.outputs["directory"]), "app.conf").unlink()

    @pytest.fixture
    def remove_it(self) -> InTheWorld:
        return lambda bench, held: bench.driver.delete(bench.context())

    @pytest.fixture
    def count(self) -> Callable[[Bench], int]:
        return lambda bench: len(list((bench.workspace.home).glob("files/*")))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Files(), tmp_path) as bench:
        yield bench


def made(bench: Bench, files: Mapping[str, Value]) -> tuple[Held, Path]:
    held = bench.create({"files": files})
    return held, Path(str(held.outputs["directory"]))


def test_what_holds_a_secret_is_for_the_owner_alone(bench: Bench) -> None:
    secret = bench.vault.put("p", "hidden")
    _, folder = made(
        bench, {"open": {"content": "x"}, "closed": {"content": Text(("p=", secret)), "mode": "0755"}}
    )
    assert stat.S_IMODE((folder / "open").stat().st_mode) == 0o644
    assert stat.S_IMODE((folder / "closed").stat().st_mode) == 0o700
    assert (folder / "closed").read_text() == "p=hidden"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a//b", "a/./b", "a/../../b", "", "a/", "x\0y", "x\ny"])
def test_a_path_that_leaves_the_folder_is_refused(path: str) -> None:
    with pytest.raises(ValidationError, match="no plain relative path"):
        FilesInputs.model_validate({"files": {path: {"content": "x"}}})


def test_a_file_is_no_folder_of_another() -> None:
    with pytest.raises(ValidationError, match="is a file and also the folder"):
        FilesInputs.model_validate({"files": {"a": {"content": "x"}, "a/b": {"content": "y"}}})


def test_a_planted_link_is_replaced_and_not_followed(bench: Bench, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    held, folder = made(bench, {"a/b": {"content": "1"}})
    (folder / "a" / "b").unlink()
    (folder / "a").rmdir()
    (folder / "a").symlink_to(outside)
    bench.update(held, {"files": {"a/b": {"content": "2"}}})
    assert list(outside.iterdir()) == []
    assert (folder / "a" / "b").read_text() == "2"


def test_an_update_removes_what_is_no_longer_asked_for(bench: Bench) -> None:
    held, folder = made(bench, {"a/b": {"content": "1"}, "c": {"content": "2"}})
    (folder / "stray").write_text("x")
    bench.update(held, {"files": {"c": {"content": "2"}}})
    assert [p.name for p in folder.rglob("*")] == ["c"]


def test_an_unchanged_file_is_not_written_again(bench: Bench) -> None:
    held, folder = made(bench, {"a": {"content": "1"}})
    before = (folder / "a").stat()
    bench.update(held, held.inputs)
    assert (folder / "a").stat().st_ino == before.st_ino


def test_the_digest_follows_the_content_and_secrets_by_version(bench: Bench) -> None:
    first = bench.vault.put("p", "same")
    second = bench.vault.put("p", "same")
    held, _ = made(bench, {"a": {"content": first}})
    assert bench.update(held, held.inputs).outputs["digest"] == held.outputs["digest"]
    assert (
        bench.update(held, {"files": {"a": {"content": second}}}).outputs["digest"] != held.outputs["digest"]
    )


def test_drift_is_said_in_words(bench: Bench) -> None:
    held, folder = made(bench, {"a": {"content": "1"}, "b": {"content": "2"}, "c": {"content": "3"}})
    (folder / "a").write_text("other")
    (folder / "b").unlink()
    (folder / "c").chmod(0o600)
    read = bench.read(held)
    assert read.outputs["digest"] == "a was changed; b is missing; c has another mode"
    assert set(read.outputs["paths"]) == {"a", "c"}


def test_a_full_disk_may_pass(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TransientFault, match="no space"):
        bench.create({"files": {"a": {"content": "1"}}})
