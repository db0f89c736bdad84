"""The folder in which Terraform works: the generated root, the modules, the state, and what a killed run left of it."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
from collections.abc import Collection, Generator
from pathlib import Path

import orjson

from ...sdk import Context, TransientFault
from ..carried import Folder
from ..local.private import locked, prune, system_faults, write_private
from .root import FILE, VARIABLES, Call, Root
from .state import State

STATE, BACKUP, JOURNAL = "terraform.tfstate", "terraform.tfstate.backup", "apply.out"
LEFT = (STATE, BACKUP, JOURNAL)
"""What the next run goes on from, where a run was cut off."""

_POLL = 0.1


class Workdir:
    """A private folder (0700). Files in it are 0600: state, plan and variables hold secrets in clear."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, root: Root, calls: tuple[Call, ...]) -> None:
        """Write the root, the texts that its variables stand for, and the modules' files."""
        self._put(FILE, orjson.dumps(root.body))
        self._put(VARIABLES, orjson.dumps(dict(root.variables)))
        for call in calls:
            if isinstance(call.source, Folder):
                self._unpack(call.folder, call.source)

    def put_state(self, state: State | None) -> None:
        """Begin with this state; with None, with nothing."""
        if state is None:
            (self.path / STATE).unlink(missing_ok=True)
        else:
            self._put(STATE, state.content)

    def state(self) -> State | None:
        """The state as it is now; None where there is none, or none that can be read."""
        return self._readable(STATE)

    def left(self) -> State | None:
        """The newest state that a run which was cut off left here and that can be read."""
        return self._readable(STATE) or self._readable(BACKUP)

    def applied(self) -> dict[str, str]:
        """The ids of the objects whose creation the journal of a cut-off apply reports, by address.

        A deletion at the same address is that of an object which was replaced, before or after.
        """
        try:
            lines = (self.path / JOURNAL).read_bytes().splitlines()
        except OSError:
            return {}
        found: dict[str, str] = {}
        for line in lines:
            with contextlib.suppress(orjson.JSONDecodeError, KeyError, TypeError):
                event = orjson.loads(line)
                if event["type"] == "apply_complete":
                    hook = event["hook"]
                    address = hook["resource"]["addr"]
                    if hook["action"] == "create" and hook.get("id_key") == "id" and hook.get("id_value"):
                        found[address] = hook["id_value"]
        return found

    def imports(self) -> dict[str, str]:
        """The ids that the root which lies here takes over, by address."""
        try:
            body = orjson.loads((self.path / FILE).read_bytes())
            return {block["to"]: block["id"] for block in body.get("import", ())}
        except (OSError, ValueError, AttributeError, KeyError, TypeError):
            return {}

    def forget_run(self, *, keep: Collection[str] = (STATE,)) -> None:
        """Remove everything but these files; the folder itself, too, where none of them is there."""
        for entry in list(self.path.iterdir()):
            if entry.name not in keep:
                _remove(entry)
        prune(self.path, levels=2)

    def _readable(self, name: str) -> State | None:
        try:
            return State.read((self.path / name).read_bytes())
        except (OSError, ValueError):
            return None

    def _unpack(self, folder: str, source: Folder) -> None:
        base = self.path / folder
        for path, content in source.contents().items():
            (base / path).parent.mkdir(parents=True, exist_ok=True)
            self._put(f"{folder}/{path}", content)

    def _put(self, name: str, content: bytes) -> None:
        write_private(self.path / name, content)


def lasting(context: Context) -> Path:
    """The folder of the object of a call's token, which stays after a kill: below the environment's home."""
    return context.workspace.home / "terraform" / context.token


@contextlib.contextmanager
def unchanged(workdir: Workdir) -> Generator[None]:
    """A part of a run that changes nothing outside: where it fails, only what an earlier run had left stays there."""
    left = [name for name in LEFT if (workdir.path / name).exists()]
    try:
        yield
    except BaseException:
        workdir.forget_run(keep=left)
        raise


@contextlib.contextmanager
def held(context: Context) -> Generator[Workdir]:
    """The lasting folder, made where it is missing, and ours until the block ends.

    Waits for a Terraform of an earlier run that still ends there; raises :class:`TransientFault` where that takes too long.
    """
    with system_faults(), locked(lasting(context)) as path:
        _wait_for_others(path / STATE, context)
        yield Workdir(path)


def discard(path: Path) -> None:
    """Remove a lasting folder, whatever is left in it."""
    shutil.rmtree(path, ignore_errors=True)
    prune(path.parent)


def _wait_for_others(state: Path, context: Context) -> None:
    """Terraform holds a record lock on its state file as long as it applies, also when nobody watches it any more."""
    with contextlib.suppress(FileNotFoundError), state.open("r+b") as file:
        while True:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if context.seconds_left <= 0:
                    raise TransientFault(
                        "a Terraform of an earlier run still works on this resource"
                    ) from None
                context.cancelled.check()
                context.cancelled.wait(_POLL)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
