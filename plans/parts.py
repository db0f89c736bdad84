"""A plan taken apart: the digested body and changes, the envelope, and the blobs that these name.

The body is canonical JSON, the changes are one canonical line each. The envelope says who made the plan, when and why,
with a digest of its own. Snapshots and long texts are blobs beside them; a change names a text by ``{"$blob": digest}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from ..graph.address import Address
from ..graph.diagnostics import Diagnostic
from ..graph.encoding import decode, encode
from ..graph.errors import InvalidInput
from ..graph.fingerprint import canonical, digest_bytes
from .change import Basis, ReadBasis
from .codec import change_from, definition_body, reasons_of
from .line import read_line
from .order import Ties
from .plan import PLAN_FORMAT, Origin, Plan
from .profiles import use_body, use_from
from .state.records import Owner
from .traces import Table, Trace, candidate_from

BODY, CHANGES, ENVELOPE, BLOBS = "body.json", "changes.jsonl", "envelope.json", "blobs/"

_SEAL = "envelope_digest"


class InvalidPlan(InvalidInput):
    """A plan that is damaged, edited, of another format, or no plan at all."""


def parts_of(plan: Plan) -> dict[str, bytes]:
    """The parts of ``plan`` by name; equal plans give an equal body."""
    blobs = {**plan.blobs, **{n: c for line in plan.lines.values() for n, c in line.texts.items()}}
    body = canonical(_body(plan))
    return {
        BODY: body,
        CHANGES: b"\n".join(line.content for line in plan.lines.values()),
        ENVELOPE: orjson.dumps(_sealed(_envelope(plan, digest_bytes(body)))),
        **{f"{BLOBS}{n}": c for n, c in sorted(blobs.items())},
    }


def plan_of(parts: Mapping[str, bytes], shown: str) -> Plan:
    """The plan of these parts, every digest checked; ``shown`` names it in errors. Raises :class:`InvalidPlan`."""
    blobs = {name.removeprefix(BLOBS): c for name, c in parts.items() if name.startswith(BLOBS)}
    if any(digest_bytes(c) != name for name, c in blobs.items()):
        raise invalid(shown, "plan-edited", "a file inside does not match its digest")
    try:
        body, envelope = orjson.loads(parts[BODY]), orjson.loads(parts[ENVELOPE])
        if body["format"] != PLAN_FORMAT:
            raise invalid(
                shown, "plan-format", f"its format is {body['format']}, this version reads {PLAN_FORMAT}"
            )
        changes = [read_line(line, blobs) for line in parts[CHANGES].splitlines()]
        plan = _from(body, changes, envelope, blobs)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise invalid(shown, "plan-unreadable", "its content is no plan") from error
    whole = _sealed(envelope) == envelope or _SEAL not in envelope
    if not whole or plan.digest != envelope["digest"] or digest_bytes(parts[BODY]) != envelope["body_digest"]:
        raise invalid(shown, "plan-edited", "its content does not match its digest")
    return plan


def invalid(shown: str, code: str, why: str) -> InvalidPlan:
    """The error that ``shown`` cannot be used as a plan, and why."""
    hint = "make the plan again with `bakehouse plan --out FILE`"
    return InvalidPlan(Diagnostic(code=code, message=f"{shown} cannot be used as a plan: {why}", hint=hint))


def _body(plan: Plan) -> dict[str, Any]:
    return {
        "format": PLAN_FORMAT,
        "application": plan.application,
        "environment": {"name": plan.environment, "uid": plan.environment_uid, "type": plan.environment_type},
        "store": plan.store_id,
        "destroy": plan.destroy,
        "unchanged": plan.unchanged,
        "upstream": _tied(plan.ties.upstream),
        "users": _tied(plan.ties.users),
        "definitions": _definitions(plan),
        "basis": _basis(plan),
        "reads": _reads(plan),
    }


def _tied(found: Mapping[Address, tuple[Address, ...]]) -> list[Any]:
    return sorted([a.full, [d.full for d in others]] for a, others in found.items())


def _ties_from(found: list[Any]) -> dict[Address, tuple[Address, ...]]:
    return {Address.parse(a): tuple(Address.parse(d) for d in others) for a, others in found}


def _definitions(plan: Plan) -> dict[str, Any]:
    targets = [c.target for c in plan.changes.values() if c.target is not None]
    once = {t.definition["digest"]: t for t in targets}
    return {name: definition_body(target) for name, target in once.items()}


def _basis(plan: Plan) -> list[list[Any]]:
    return sorted(
        [a.full, b.uid, b.row_version, *(() if b.live is None else (b.live,))] for a, b in plan.basis.items()
    )


def _reads(plan: Plan) -> list[list[Any]]:
    return sorted(
        [a.full, b.owner.environment_uid, b.owner.uid, b.name, list(b.outputs), b.digest]
        for a, b in plan.reads.items()
    )


def _reads_from(found: list[Any]) -> dict[Address, ReadBasis]:
    return {
        Address.parse(a): ReadBasis(Owner(environment, uid), name, tuple(outputs), digest_)
        for a, environment, uid, name, outputs, digest_ in found
    }


def _envelope(plan: Plan, body_digest: str) -> dict[str, Any]:
    origin, traced = plan.origin, Table(plan.traces, plan.changes)
    return {
        "digest": plan.digest,
        "body_digest": body_digest,
        "origin": {
            "created": origin.created,
            "actor": origin.actor,
            "serial": origin.serial,
            "kind": origin.kind,
            "application": origin.application,
            "catalog": origin.catalog,
            "catalog_revision": origin.catalog_revision,
            "commit": origin.commit,
            "images": {k: list(v) for k, v in origin.images.items()},
            "links": dict(origin.links),
            "overrides": list(origin.overrides),
            "lacks_commit": origin.lacks_commit,
            "variables": None if origin.variables is None else encode(origin.variables),
            "rolled_back_to": origin.rolled_back_to,
            "roll_forward": origin.roll_forward,
            "targets": list(origin.targets),
            "excludes": list(origin.excludes),
            "refreshed": origin.refreshed,
            "last_read": origin.last_read,
        },
        "reasons": [reasons_of(c) for c in plan.changes.values()],
        "traces": traced.rows,
        "traced": list(traced.index.values()),
        "profiles": {a.full: [use_body(use) for use in uses] for a, uses in plan.profiles.items()},
        "blobs": sorted(plan.blobs),
    }


def _sealed(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """The envelope with a digest of all the rest of it; the first plans of this format had none."""
    rest = {name: value for name, value in envelope.items() if name != _SEAL}
    return {**rest, _SEAL: digest_bytes(canonical(rest))}


def _from(
    body: Mapping[str, Any],
    lines: list[Mapping[str, Any]],
    envelope: Mapping[str, Any],
    blobs: Mapping[str, bytes],
) -> Plan:
    definitions = {name: decode(found) for name, found in body["definitions"].items()}
    changes = [change_from(c, r, definitions) for c, r in zip(lines, envelope["reasons"], strict=True)]
    rows: list[Trace] = [tuple(candidate_from(c) for c in row) for row in envelope["traces"]]
    indices: list[int | None] = envelope["traced"]
    traced = zip(changes, indices, strict=True)
    origin = dict(envelope["origin"])
    images = {k: (v[0], v[1]) for k, v in origin.pop("images").items()}
    origin.update({name: tuple(origin.get(name, ())) for name in ("overrides", "targets", "excludes")})
    variables = origin.pop("variables", None)
    return Plan(
        application=body["application"],
        environment=body["environment"]["name"],
        environment_uid=body["environment"]["uid"],
        environment_type=body["environment"]["type"],
        store_id=body["store"],
        changes={c.address: c for c in changes},
        ties=Ties(_ties_from(body["upstream"]), _ties_from(body["users"])),
        basis={Address.parse(a): Basis(*found) for a, *found in body["basis"]},
        unchanged=body["unchanged"],
        origin=Origin(
            images=images,
            variables=None if variables is None else decode(variables),
            **origin,
        ),
        destroy=body["destroy"],
        traces={c.address: rows[index] for c, index in traced if index is not None},
        blobs={name: blobs[name] for name in envelope["blobs"]},
        reads=_reads_from(body.get("reads", [])),
        profiles={
            Address.parse(a): tuple(use_from(use) for use in uses)
            for a, uses in envelope.get("profiles", {}).items()
        },
    )
