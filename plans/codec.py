"""Changes as plain JSON for the plan archive, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..graph.address import Address
from ..graph.diagnostics import Place
from ..graph.encoding import decode, encode
from ..graph.types import OutputField
from .action import Action
from .change import Change, PropertyDiff, Reason, Target, Why
from .state.records import Owner, RecordedConnection, RecordedEdge


def change_body(change: Change) -> dict[str, Any]:
    """What of a change is digested: everything but the places and words of its reasons."""
    body = {
        "address": change.address.full,
        "uid": change.uid,
        "slug": change.slug,
        "birth": change.birth,
        "generation": change.generation,
        "action": change.action.label,
        "driver": change.driver,
        "schema_version": change.schema_version,
        "why": [r.why.value for r in change.reasons],
        "target": None if change.target is None else _target(change.target),
        "before": None if change.before is None else encode(change.before),
        "outputs": encode(change.outputs),
        "diffs": [_diff(d) for d in change.diffs],
        "conditional": list(change.conditional),
        "create_first": change.create_first,
        "deposed": change.deposed,
        "record_only": change.record_only,
        "rotate": change.rotate,
        "nested": [dict(n) for n in change.nested],
        "notes": list(change.notes),
        "refused": change.refused,
        "protected": change.protected,
        "data_bearing": change.data_bearing,
        "workload": change.workload,
        **_ties_to_others(change),
    }
    if change.moved_from is not None:
        body["moved_from"] = change.moved_from.full
    if change.adopts is not None:
        body["adopts"] = change.adopts
    return body


def _ties_to_others(change: Change) -> dict[str, Any]:
    """Whose resource this one reads and who reads it; nothing at all for most changes."""
    owner = change.owner
    found: dict[str, Any] = {} if owner is None else {"owner": [owner.environment_uid, owner.uid]}
    return {**found, "referrers": [list(key) for key in change.referrers]} if change.referrers else found


def reasons_of(change: Change) -> list[dict[str, Any]]:
    """The reasons in words and with their places: part of a plan's envelope."""
    return [
        {"text": r.text, "place": None if r.place is None else [r.place.file, r.place.line, r.place.column]}
        for r in change.reasons
    ]


def definition_body(target: Target) -> dict[str, Any]:
    """The effective definition of a target; stored once a plan, under its digest."""
    found: dict[str, Any] = encode(target.definition)
    return found


def change_from(
    body: Mapping[str, Any], reasons: list[Mapping[str, Any]], definitions: Mapping[str, Mapping[str, Any]]
) -> Change:
    """The change that :func:`change_body` and :func:`reasons_of` wrote; KeyError or ValueError for anything else."""
    return Change(
        address=Address.parse(body["address"]),
        uid=body["uid"],
        slug=body["slug"],
        birth=body["birth"],
        generation=body["generation"],
        action=Action.named(body["action"]),
        driver=body["driver"],
        schema_version=body["schema_version"],
        reasons=tuple(_reason(w, r) for w, r in zip(body["why"], reasons, strict=True)),
        target=None if body["target"] is None else _target_from(body["target"], definitions),
        before=None if body["before"] is None else decode(body["before"]),
        outputs=decode(body["outputs"]),
        diffs=tuple(_diff_from(d) for d in body["diffs"]),
        conditional=tuple(body["conditional"]),
        create_first=body["create_first"],
        deposed=body["deposed"],
        record_only=body["record_only"],
        rotate=body["rotate"],
        nested=tuple(body["nested"]),
        notes=tuple(body["notes"]),
        refused=body["refused"],
        protected=body["protected"],
        data_bearing=body["data_bearing"],
        workload=body["workload"],
        owner=Owner(*body["owner"]) if "owner" in body else None,
        referrers=tuple((uid, at) for uid, at in body.get("referrers", ())),
        moved_from=Address.parse(body["moved_from"]) if "moved_from" in body else None,
        adopts=body.get("adopts"),
    )


def connection_body(connection: RecordedConnection | None) -> dict[str, Any] | None:
    """A connection with its secrets as references."""
    if connection is None:
        return None
    return {"name": connection.name, "kind": connection.kind, "values": encode(connection.values)}


def connection_from(body: Mapping[str, Any] | None) -> RecordedConnection | None:
    """The connection that :func:`connection_body` wrote."""
    return None if body is None else RecordedConnection(body["name"], body["kind"], decode(body["values"]))


def _target(target: Target) -> dict[str, Any]:
    asked = {"asked_by": [a.full for a in target.asked_by]} if target.asked_by else {}
    return {
        "inputs": encode(target.inputs),
        "output_map": None if target.output_map is None else encode(target.output_map),
        "fields": [[f.name, f.type, f.secret, f.stable, f.optional] for f in target.fields.values()],
        "definition": target.definition["digest"],
        "connection": connection_body(target.connection),
        "edges": [[e.target.full, e.input, e.output] for e in target.edges],
        "on_remove": target.on_remove,
        "timeout": target.timeout,
        "runtime": target.runtime,
        **asked,
    }


def _target_from(body: Mapping[str, Any], definitions: Mapping[str, Mapping[str, Any]]) -> Target:
    return Target(
        inputs=decode(body["inputs"]),
        output_map=None if body["output_map"] is None else decode(body["output_map"]),
        fields={f[0]: OutputField(*f) for f in body["fields"]},
        definition=definitions[body["definition"]],
        connection=connection_from(body["connection"]),
        edges=tuple(RecordedEdge(Address.parse(e[0]), e[1], e[2]) for e in body["edges"]),
        on_remove=body["on_remove"],
        timeout=body["timeout"],
        runtime=body["runtime"],
        asked_by=tuple(Address.parse(a) for a in body.get("asked_by", ())),
    )


def _diff(diff: PropertyDiff) -> list[Any]:
    marks = "".join(
        m for m, on in (("+", diff.added), ("-", diff.removed), ("!", diff.forces_replacement)) if on
    )
    return [diff.path, encode(diff.before), encode(diff.after), marks]


def _diff_from(body: list[Any]) -> PropertyDiff:
    path, before, after, marks = body
    return PropertyDiff(path, decode(before), decode(after), "+" in marks, "-" in marks, "!" in marks)


def _reason(why: str, words: Mapping[str, Any]) -> Reason:
    place = words["place"]
    return Reason(Why(why), words["text"], None if place is None else Place(*place))
