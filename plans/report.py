"""The published plan document: the one JSON that every view, policy and tool reads. Format version 1.

Nothing in it is secret: secret values stand as ``***`` and unknown ones as ``(known after ADDRESS)``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..graph.address import Address
from ..graph.diagnostics import Diagnostic, Place
from ..graph.values import Secret, Unknown, display, is_secret, leaves
from .change import Change, PropertyDiff, Reason
from .plan import Plan, already_held, summary_of
from .profiles import use_body
from .since import since_body
from .traces import Table

REPORT_FORMAT = 1

Leaves = Sequence[Unknown | Secret]


def report(plan: Plan, since: Plan | None = None) -> dict[str, Any]:
    """The published document of ``plan``; a change's ``trace`` is the index of its row in ``traces``.

    ``since`` is a plan that was read before, and that this one is compared with.
    """
    return _document(plan, plan.change_digests, plan.digest, since)


def told(plan: Plan, since: Plan | None = None) -> dict[str, Any]:
    """The document for text: digests, which people are not shown and which take as long as the rest, are None."""
    return _document(plan, {}, None, since)


def _document(
    plan: Plan, digests: Mapping[Address, str], whole: str | None, since: Plan | None
) -> dict[str, Any]:
    traced = Table(plan.traces, plan.changes)
    return {
        "format": REPORT_FORMAT,
        "kind": "plan",
        "application": plan.application,
        "environment": {"name": plan.environment, "type": plan.environment_type, "uid": plan.environment_uid},
        "destroy": plan.destroy,
        "digest": whole,
        "empty": not plan.has_changes,
        "summary": dict(summary_of(plan)),
        "since": None if since is None else since_body(since, plan),
        "changes": [
            {**_change(plan, c, digests.get(a)), "trace": traced.index[a]} for a, c in plan.changes.items()
        ],
        "traces": traced.rows,
        "images": {k: {"image": v[0], "source": v[1]} for k, v in plan.origin.images.items()},
        "overrides": list(plan.origin.overrides),
        "limits": {"targets": list(plan.origin.targets), "excludes": list(plan.origin.excludes)},
        "links": dict(plan.origin.links),
        "remarks": [diagnostic(d) for d in plan.remarks],
        "origin": {
            "created": plan.origin.created,
            "actor": plan.origin.actor,
            "serial": plan.origin.serial,
            "refreshed": plan.origin.refreshed,
            "last_read": plan.origin.last_read,
            "catalog": plan.origin.catalog_revision,
            "commit": plan.origin.commit,
        },
    }


def _change(plan: Plan, change: Change, digest: str | None) -> dict[str, Any]:
    target = change.target
    return {
        "address": str(change.address),
        "type": change.address.type,
        "class": change.address.class_,
        "id": change.address.id,
        "uid": change.uid,
        "action": change.action.label,
        "symbol": "-" if change.only_cleans else change.action.symbol,
        "verb": "clean up" if change.only_cleans else change.action.verb,
        "dangerous": change.dangerous,
        "record_only": change.record_only and not change.only_cleans,
        "moved_from": None if change.moved_from is None else str(change.moved_from),
        "only_moves": change.only_moves,
        "adopts": change.adopts,
        "held_already": already_held(change),
        "create_first": change.create_first,
        "deposed": change.deposed,
        "generation": change.generation,
        "digest": digest,
        "reasons": [_reason(r) for r in change.reasons],
        "driver": change.driver,
        "definition": None if target is None else target.definition.get("name"),
        "workload": change.workload,
        "reads": _reads(plan, change),
        "profiles": [use_body(use) for use in plan.profiles.get(change.address, ())],
        "data_bearing": change.data_bearing,
        "diffs": [difference(d) for d in change.diffs],
        "conditional": list(change.conditional),
        "outputs": display(change.outputs),
        "depends_on": [] if target is None else list(dict.fromkeys(str(e.target) for e in target.edges)),
        "waits_for": [str(a) for a in change.sources],
        "nested": [dict(n) for n in change.nested],
        "notes": [*_left(change), *change.notes],
        "refused": change.refused,
    }


def _left(change: Change) -> tuple[str, ...]:
    """That what it replaced before, and could not be deleted then, is deleted now."""
    if not change.cleans:
        return ()
    objects = "an object" if change.deposed == 1 else f"{change.deposed} objects"
    return (f"deletes {objects} that it replaced before and that could not be deleted then",)


def _reads(plan: Plan, change: Change) -> dict[str, Any] | None:
    """Whose outputs a reference reads, and the digest of those that it uses."""
    basis = plan.reads.get(change.address)
    if basis is None or change.owner is None:
        return None
    return {
        "name": basis.name,
        "uid": basis.owner.uid,
        "digest": basis.digest,
        "outputs": list(basis.outputs),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {"code": reason.why.value, "text": reason.text, "place": place(reason.place)}


def difference(diff: PropertyDiff) -> dict[str, Any]:
    """One property's two sides as plain data, secrets as ``***`` with their versions."""
    kind = "added" if diff.added else "removed" if diff.removed else "changed"
    before, after = leaves(diff.before), leaves(diff.after)
    return {
        "path": diff.path,
        "kind": kind,
        "before": None if diff.added else display(diff.before),
        "after": None if diff.removed else display(diff.after),
        "unknown": any(isinstance(leaf, Unknown) for leaf in after),
        "secret": any(is_secret(leaf) for leaf in (*before, *after)),
        "versions": _versions(before, after),
        "forces_replacement": diff.forces_replacement,
    }


def _versions(before: Leaves, after: Leaves) -> dict[str, Any] | None:
    """The versions of the secrets on both sides, so that a change of a secret can be seen without its value."""
    old, new = ([leaf.version for leaf in side if isinstance(leaf, Secret)] for side in (before, after))
    return {"before": old, "after": new} if old or new else None


def diagnostic(found: Diagnostic) -> dict[str, Any]:
    """A diagnostic as plain data."""
    return {
        "code": found.code,
        "severity": found.severity.value,
        "message": found.message,
        "place": place(found.place),
        "pointer": found.pointer,
        "address": found.address,
        "hint": found.hint,
        "next": found.next,
    }


def place(found: Place | None) -> Mapping[str, Any] | None:
    """A place as plain data."""
    return None if found is None else {"file": found.file, "line": found.line, "column": found.column}
