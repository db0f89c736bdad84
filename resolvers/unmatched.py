"""What is said when no definition wins, or when the one that wins hides a better one."""

from __future__ import annotations

from ..graph.address import DEFAULT_CLASS
from ..graph.diagnostics import Diagnostic, Severity, nearest
from .catalog import ResourceDefinition
from .draft import Draft, DraftNode

_SHOWN = 10


def unmatched(draft: Draft, node: DraftNode) -> Diagnostic:
    """No definition matches: the candidates and why each was out."""
    environment = draft.request.environment
    kind = (
        node.address.type
        if node.address.class_ == DEFAULT_CLASS
        else f"{node.address.type}.{node.address.class_}"
    )
    trace = draft.matcher.trace(node.address)
    reasons = [f"{c.definition} ({c.place}) {c.lost}" for c in trace[:_SHOWN]]
    if len(trace) > _SHOWN:
        reasons.append(f"{len(trace) - _SHOWN} more")
    message = (
        f"no definition meets {kind} in environment '{environment.name}' of type '{environment.type}'"
        + (": " + "; ".join(reasons) if reasons else ", nor is there any for this resource type")
    )
    return Diagnostic(
        "no-definition",
        message,
        place=node.place,
        address=str(node.address),
        hint=_class_meant(draft, node)
        or f"write a ResourceDefinition for type {node.address.type} that matches, or change the class",
    )


def _class_meant(draft: Draft, node: DraftNode) -> str | None:
    """The class that was probably meant, of those that definitions of the type name."""
    definitions = draft.request.catalog.definitions(node.address.type)
    classes = {c.class_ for d in definitions for c in d.match if c.class_ is not None}
    close = nearest(node.address.class_, classes - {"*"})
    return f"did you mean the class '{close}'?" if close and node.address.class_ != close else None


def ambiguous(equals: tuple[ResourceDefinition, ...]) -> Diagnostic:
    """Several definitions match equally well."""
    named = " and ".join(f"{d.name} ({d.place})" for d in equals[:_SHOWN])
    if len(equals) > _SHOWN:
        named += f" and {len(equals) - _SHOWN} more"
    return Diagnostic(
        "ambiguous-definition",
        f"definitions match equally well: {named}",
        place=equals[0].place,
        hint="make one of them more specific",
    )


def shadowed(winner: ResourceDefinition, hidden: ResourceDefinition) -> Diagnostic:
    """A nearer layer hides a more specific definition."""
    return Diagnostic(
        "definition-shadowed",
        f"{winner.name} of layer '{winner.layer}' hides {hidden.name} of layer '{hidden.layer}', "
        "which is more specific",
        Severity.NOTICE,
        place=winner.place,
    )
