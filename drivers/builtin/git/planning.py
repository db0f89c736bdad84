"""What the commit of an apply would change, file by file."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from ....graph.values import Unknown, Value, has_unknown, leaves
from ...sdk import Conflict, Context, Proposal, TransientFault
from .contents import MARKER, is_undecided, reached, texts
from .folder import Folder, check, folder
from .models import COMPLETE, GitConnection
from .repository import repository


def propose(context: Context, planned: Mapping[str, Value]) -> Proposal:
    """The proposal. Reads only; opens no secret but the connection's. Raises faults."""
    path = planned.get("path")
    if not isinstance(path, str) or is_undecided(context, planned):
        sources = sorted({str(leaf.source) for leaf in leaves(planned) if isinstance(leaf, Unknown)})
        note = f"which files there are is known after {', '.join(sources)}"
        return Proposal("update", nested=(_ANYTHING,), notes=(note,))
    after = texts(context, planned)
    notes: tuple[str, ...] = ()
    try:
        with repository(context) as there:
            found = folder(there, path)
            check(there, found, context)
    except Conflict as fault:
        return Proposal("update", refused=f"{fault.message}; {fault.hint}")
    except TransientFault as fault:
        if fault.code != "git-unreachable":
            raise
        found = _recorded(context, path)
        notes = (
            f"not asked of the repository, compared with what was recorded: {fault.message.partition(': ')[2]}",
        )
    nested = tuple(_changes(found, after))
    same = not nested and context.prior is not None and context.prior.inputs == planned
    return Proposal(
        "no-op" if same else "update", _outputs(context, planned, path), nested=nested, notes=notes
    )


_HEAD = 2
"""Lines of a unified diff that only name the two sides."""

_ANYTHING: Mapping[str, Any] = {"object": "(known later)", "action": "create", "changes": []}


def _recorded(context: Context, path: str) -> Folder:
    """The folder as it was committed last."""
    former = {} if context.prior is None else texts(context, context.prior.inputs)
    return Folder(path, {}, {name: text.encode() for name, text in former.items()})


def _changes(found: Folder, after: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for name in sorted({*found.entries, *found.contents, *after} - {MARKER}):
        before = found.contents.get(name)
        text = after.get(name)
        if before is not None and text is not None and before == text.encode():
            continue
        there = name in found.entries or before is not None
        action = "delete" if text is None else "update" if there else "create"
        shown = (before or b"").decode(errors="replace")
        lines = difflib.unified_diff(shown.splitlines(), (text or "").splitlines(), lineterm="", n=2)
        diff = "\n".join([*lines][_HEAD:])
        yield {"object": f"{found.path}/{name}", "action": action, "changes": [], "diff": diff}


def _outputs(context: Context, planned: Mapping[str, Value], path: str) -> dict[str, Value]:
    known: dict[str, Value] = {"path": path, "condition": COMPLETE, **reached(context, planned)}
    if isinstance(context.connection, GitConnection):
        known |= {"repository": context.connection.url, "branch": context.connection.branch}
    return {name: value for name, value in known.items() if not has_unknown(value)}
