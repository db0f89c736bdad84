"""Stores of other packages: found by name, made when asked for, and held to the same promises as ours."""

import uuid
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from bakehouse.drivers.secrets import (
    Kept,
    KeyFile,
    KeyHolder,
    SecretError,
    Secrets,
    SecretStore,
    environment_secrets,
)
from bakehouse.drivers.secrets import installed as installing
from bakehouse.drivers.secrets.conformance import Place, SecretStoreConformance
from bakehouse.graph.stores import GROUP
from bakehouse.graph.values import Secret
from bakehouse.resolvers import secrets as references
from documented import block

PAGE = "writing-a-secret-store.md"


def documented() -> Any:
    names: dict[str, Any] = {"__name__": "acme_secrets"}
    exec(compile(block(PAGE, "python", "class FolderStore"), PAGE, "exec"), names)  # noqa: S102 - the page's own code
    return names["FolderStore"]


class Folder:
    """What lies behind the documented store."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, clear: str) -> str:
        (self._folder / "password").write_text(clear, encoding="utf-8")
        return "password"

    def remove(self) -> None:
        (self._folder / "password").unlink()

    def open(self) -> SecretStore:
        store: SecretStore = documented()({"SECRETS_FOLDER": str(self._folder)})
        return store


class TestDocumentedStore(SecretStoreConformance):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return Folder(tmp_path)


class Ours:
    """A store of the tests' own; cannot be made without a setting, whose value its error tells."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        if "OUR_TOKEN" in environ:
            raise RuntimeError(f"cannot log in with {environ['OUR_TOKEN']}")

    def reveal(self, ref: str, version: str | None) -> str:
        return f"clear {ref}"

    def version_of(self, ref: str) -> str | None:
        return "7"


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """`ours` and `broken` as if a package were installed that offers them."""
    points = [
        EntryPoint("ours", f"{__name__}:Ours", GROUP),
        EntryPoint("broken", "acme_is_not_installed:Store", GROUP),
    ]

    def found(*, group: str) -> list[EntryPoint]:
        return points if group == GROUP else []

    monkeypatch.setattr(EntryPoint, "load", lambda point: Ours if point.name == "ours" else _missing())
    monkeypatch.setattr(installing, "entry_points", found)
    monkeypatch.setattr(references, "entry_points", found)


def _missing() -> Any:
    raise ModuleNotFoundError("acme_is_not_installed")


def opener(tmp_path: Path, **environ: str) -> Secrets:
    holder = KeyHolder(KeyFile(tmp_path / "key"), lambda: None)
    uids = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))
    return environment_secrets(holder, *uids, Kept(lambda ref, version: None), environ)


@pytest.mark.usefixtures("registered")
def test_a_registered_store_is_asked_by_its_name(tmp_path: Path) -> None:
    secrets = opener(tmp_path)
    assert secrets.reveal(Secret("ours", "x")) == "clear x"
    assert secrets.version_of(Secret("ours", "x")) == "7"
    assert references.unknown_store("ours") is None


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(("name", "environ"), [("ours", {"OUR_TOKEN": "planted"}), ("broken", {})])
def test_a_store_that_cannot_be_made_says_so_without_what_it_was_told(
    tmp_path: Path, name: str, environ: dict[str, str]
) -> None:
    with pytest.raises(SecretError) as error:
        opener(tmp_path, **environ).reveal(Secret(name, "x"))
    (found,) = error.value.diagnostics
    assert found.code == "secret-store-unfit"
    assert "planted" not in f"{found.message} {found.hint} {error.value.__cause__}"


@pytest.mark.usefixtures("registered")
def test_a_name_that_nobody_registered_gets_the_nearest(tmp_path: Path) -> None:
    message, hint = references.unknown_store("our") or ("", "")
    assert message == "there is no secret store 'our'"
    assert hint.startswith("did you mean 'ours'?")
