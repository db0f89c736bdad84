"""The params of every resource: placeholders resolved, declarations compared, defaults filled in."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from itertools import pairwise

from ...graph.dag import Dag
from ...graph.diagnostics import Diagnostic
from ...graph.values import Value, display
from ..draft import Declaration, Draft, DraftNode
from ..scopes import PlatformScope, ScoreScope, Site


def settle_params(draft: Draft) -> None:
    """Resolve the params of all nodes, owners before what their definitions ask for."""
    waits: dict[DraftNode, int] = {}
    asked_by: dict[DraftNode, list[DraftNode]] = {}
    ready: deque[DraftNode] = deque()
    for node in draft.nodes.values():
        owners = {d.owner for d in node.declarations if d.owner is not None and d.params}
        waits[node] = len(owners)
        for owner in owners:
            asked_by.setdefault(owner, []).append(node)
        if not owners:
            ready.append(node)
    done = 0
    while ready:
        node = ready.popleft()
        done += 1
        _settle(draft, node)
        for further in asked_by.get(node, ()):
            waits[further] -= 1
            if not waits[further]:
                ready.append(further)
    if done < len(draft.nodes):
        _stuck(draft, [node for node, count in waits.items() if count])


def _settle(draft: Draft, node: DraftNode) -> None:
    for declaration in node.declarations:
        if not declaration.params:
            continue
        params = _resolved(draft, node, declaration)
        if node.params_from is None:
            node.params, node.params_from = params, declaration
        elif params != node.params:
            draft.findings.add(_conflict(node, declaration, params))
    if node.recipe is not None:
        for name, default in node.recipe.param_defaults.items():
            node.params.setdefault(name, default)


def _resolved(draft: Draft, node: DraftNode, declaration: Declaration) -> dict[str, Value]:
    site = Site(draft, node, declaration.places, declaration.params_path)
    if declaration.owner is None:
        return dict(site.render(declaration.params, ScoreScope(site, declaration.workload).answer))
    return dict(site.render(declaration.params, PlatformScope(site, declaration.owner, frozenset()).answer))


def _conflict(node: DraftNode, declaration: Declaration, params: Mapping[str, Value]) -> Diagnostic:
    first = node.params_from.place if node.params_from else None
    names = sorted(node.params.keys() | params.keys())
    differing = [n for n in names if node.params.get(n) != params.get(n)]
    shown = "; ".join(
        f"{n} is {_shown(node.params, n)} there and {_shown(params, n)} here" for n in differing[:5]
    )
    return Diagnostic(
        "params-conflict",
        f"{node.address} is asked for with other params at {first}: {shown}",
        place=declaration.place,
        address=str(node.address),
        hint="give the params in one place, or the same ones in both",
    )


def _shown(params: Mapping[str, Value], name: str) -> str:
    return repr(display(params[name]))[:100] if name in params else "left out"


def _stuck(draft: Draft, nodes: list[DraftNode]) -> None:
    """Tell the shortest circle of resources whose params come from one another, each with the place that asks for it."""
    asked = {
        n.address: {d.owner.address: d for d in n.declarations if d.owner is not None and d.params}
        for n in nodes
    }
    circle = Dag({address: owners.keys() for address, owners in asked.items()}).cycle() or ()
    path = [*circle, *circle[:1]]
    lines = [
        f"{node}: {asked[node][owner].why}"
        + (f" ({asked[node][owner].place})" if asked[node][owner].place else "")
        for node, owner in pairwise(path)
    ]
    names = " <- ".join(str(address) for address in path)
    draft.findings.add(
        Diagnostic(
            "params-cycle",
            f"definitions derive the params of these resources from each other: {names}\n  "
            + "\n  ".join(lines),
            place=asked[path[0]][path[1]].place if path else nodes[0].place,
            address=str(path[0] if path else nodes[0].address),
            hint="give one of them params that do not come from its owner",
        )
    )
