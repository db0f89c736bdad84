"""Become the program of a run file: the last step inside a supervised process, before its own code.

What can go wrong ends the process with one line on standard error, which is the program's log.
"""

from __future__ import annotations

import base64
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from ....graph.errors import BakehouseError
from ....graph.values import Secret, Unknown, Value, fill, has_secret, in_text
from ...faults import Fault, PermanentFault
from . import rooted
from .private import private_folder
from .processes import identify, recall, remember
from .runfile import RunFile, RunUser, read_run_file

RUN_FILE = "run.json"
PROCESS = "process.json"
ROOT = "root"
SUPERVISOR = "supervisor.json"
_KEPT = ("PATH", "HOME", "LANG")


def launch(run_file: Path, reveal: Callable[[Secret], str]) -> NoReturn:
    """Replace this process by the program described in ``run_file``; ``reveal`` opens secrets.

    The program gets its variables, PATH, HOME, LANG and BAKEHOUSE_ROOT, nothing else. Does not return: a fault
    ends the process with its message.
    """
    try:
        run = read_run_file(run_file)
        _become(run, run_file.parent, reveal)
    except Fault as fault:
        raise SystemExit(f"bakehouse launch: {fault.message}") from None
    except BakehouseError as error:
        raise SystemExit(f"bakehouse launch: {error}") from None
    except OSError as error:
        raise SystemExit(f"bakehouse launch: {error.filename}: {error.strerror}") from None


def _become(run: RunFile, folder: Path, reveal: Callable[[Secret], str]) -> NoReturn:
    os.environ.update(run.ambient)  # so that ``reveal`` looks for the key where the writer of the file had it
    root = private_folder(folder / ROOT)
    environment = environment_of(run, root, reveal)
    furnish(run, root, reveal)
    _enter(run.cwd)
    program = find_program(run, environment.get("PATH", os.defpath))
    os.umask(run.umask)
    _record(folder)
    if run.user:
        _drop(run.user)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(
            number, signal.SIG_DFL
        )  # Python ignores these, and what is ignored stays so in the program
    try:
        os.execve(program, run.argv, environment)
    except OSError as error:
        raise PermanentFault(f"{program} cannot be run: {error.strerror}") from error


def environment_of(run: RunFile, root: Path, reveal: Callable[[Secret], str]) -> dict[str, str]:
    """The whole environment of the program, secrets in clear."""
    around = {**os.environ, **run.ambient}
    kept = {name: around[name] for name in _KEPT if name in around}
    own = {name: _clear(value, reveal, f"the variable {name}") for name, value in run.environment.items()}
    return {**kept, **own, "BAKEHOUSE_ROOT": str(root)}


def furnish(run: RunFile, root: Path, reveal: Callable[[Secret], str]) -> None:
    """Write the program's files and links below ``root``; files that hold secrets are never looser than 0600."""
    for link in run.links:
        rooted.link(root, link.target, link.source)
    for file in run.files:
        mode = int(file.mode, 8)
        if has_secret(file.content):
            mode &= 0o600
        clear = _clear(file.content, reveal, f"the file {file.target}")
        data = base64.b64decode(clear) if file.binary else clear.encode()
        rooted.write(root, file.target, data, mode)


def find_program(run: RunFile, path: str) -> str:
    """The file to run; raises :class:`PermanentFault` naming the program when there is none."""
    name = run.argv[0]
    found = shutil.which(str(Path(run.cwd, name)) if "/" in name else name, path=path)
    if found is None and "/" not in name:
        found = shutil.which(str(Path(run.cwd, name)))
    if found is None:
        raise PermanentFault(f"the program {name!r} is neither on PATH nor in {run.cwd}")
    return found


def _clear(value: Value, reveal: Callable[[Secret], str], what: str) -> str:
    def answer(leaf: Unknown | Secret) -> Value:
        if isinstance(leaf, Unknown):
            raise PermanentFault(f"{what} was never decided: it waits for {leaf.source}")
        return reveal(leaf)

    text = "".join(part for part in in_text(fill(value, answer)) if isinstance(part, str))
    if "\0" in text:
        raise PermanentFault(f"{what} holds a NUL character")
    return text


def _enter(cwd: str) -> None:
    try:
        os.chdir(cwd)
    except OSError as error:
        raise PermanentFault(f"the working directory {cwd} cannot be entered: {error.strerror}") from error


def _record(folder: Path) -> None:
    """Leave a note of this process, then make sure that a supervisor still watches over it.

    In this order: whoever cleans up after a killed supervisor either finds the note, or this process finds
    the supervisor gone and ends by itself.
    """
    found = identify(os.getpid())
    if found is not None:
        remember(found, folder / PROCESS)
    watched = recall(folder.parent.parent / SUPERVISOR)
    if watched is not None and os.getppid() != watched.pid:
        raise PermanentFault("the supervisor that started this is gone")


def _drop(user: RunUser) -> None:
    if os.geteuid() != 0 and (os.geteuid(), os.getegid()) != (user.uid, user.gid):
        raise PermanentFault(f"only root can start a program as user {user.uid}")
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(user.gid)
        os.setuid(user.uid)
