"""What an apply would do to each process, for reviewers. Pure; secrets as ``***``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .....graph.encoding import encode
from .....graph.narrow import is_map
from .....graph.values import display
from .containers import ContainerProcess

_MISSING = object()


def process_changes(
    before: Iterable[ContainerProcess], after: Iterable[ContainerProcess]
) -> tuple[Mapping[str, Any], ...]:
    """One entry for each process that is started, restarted, run again or stopped, with what differs in it."""
    old, new = {p.name: p for p in before}, {p.name: p for p in after}
    changed = {name for name in new if name not in old or _plain(old[name]) != _plain(new[name])}
    again = {p.name for p in new.values() if p.is_job and ends_before(p.before, changed)} - changed
    entries = [_entry(name, "stop", []) for name in sorted(old.keys() - new.keys())]
    for name in sorted(changed | again):
        verb = "start" if name not in old else "run again" if new[name].is_job else "restart"
        differing = _differing(old[name], new[name]) if name in old else []
        entries.append(_entry(name, verb, differing))
    return tuple(entries)


def ends_before(before: Mapping[str, str], names: set[str]) -> bool:
    """Whether one of these containers waits for the end of the one that has this ``before``."""
    return any(state == "complete" and other in names for other, state in before.items())


def _entry(name: str, verb: str, changes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"object": f"process {name}", "action": verb, "changes": changes}


def _differing(old: ContainerProcess, new: ContainerProcess) -> list[dict[str, Any]]:
    left, right = _flat(old), _flat(new)
    paths = [path for path in {**left, **right} if left.get(path, _MISSING) != right.get(path, _MISSING)]
    shown_left, shown_right = _flat(old, shown=True), _flat(new, shown=True)
    return [{"path": p, "before": shown_left.get(p), "after": shown_right.get(p)} for p in sorted(paths)]


def _flat(process: ContainerProcess, *, shown: bool = False) -> dict[str, Any]:
    """The parts of a process by path; file contents only by whether they differ."""
    plain = _plain(process, shown=shown)
    flat: dict[str, Any] = {}
    for key, value in plain.items():
        if is_map(value):
            flat |= {f"{key}.{name}": item for name, item in value.items()}
        else:
            flat[key] = value
    if shown:
        flat = {k: "(content)" if k.startswith("files.") else v for k, v in flat.items()}
    return flat


def _plain(process: ContainerProcess, *, shown: bool = False) -> dict[str, Any]:
    as_data = display if shown else encode
    return {
        "argv": list(process.argv),
        "before": dict(process.before),
        "variables": as_data(dict(process.variables)),
        "files": {f.target: as_data([f.content, f.mode, f.binary]) for f in process.files},
        "volumes": {v.target: as_data([v.source, v.path]) for v in process.volumes},
    }
