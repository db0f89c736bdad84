"""What is checked once everything is known: params and inputs against their schemas, and oddities."""

from __future__ import annotations

from ...graph.address import Address
from ...graph.diagnostics import Diagnostic, Severity, did_you_mean, nearest
from ..draft import Draft, DraftNode
from ..recipe import Recipe
from ..shape import Misfit

_PARAM_CODES = {"unknown-key": "unknown-param", "missing-key": "missing-param"}


def check_params(draft: Draft) -> None:
    """Every resource's params fit its type and its definition, and something reads them."""
    for node in draft.nodes.values():
        recipe = node.recipe
        if recipe is None:
            continue
        for misfit in recipe.params_shape.misfits(node.params):
            draft.findings.add(_bad_param(node, misfit))
        if recipe.params_read is not None:
            for name in node.params.keys() - recipe.params_read - recipe.param_defaults.keys():
                _unread(draft, node, recipe, name)
        if recipe.type.endpoint_of is not None:
            _check_port(draft, node)


def check_inputs(draft: Draft) -> None:
    """Every node's inputs fit what its driver accepts."""
    for node in draft.nodes.values():
        if node.recipe is not None:
            for misfit in node.recipe.inputs_shape.misfits(node.inputs):
                draft.findings.add(_bad_input(node, node.recipe, misfit))


def check_classes(draft: Draft) -> None:
    """One id under two classes of a type is two resources, which is seldom meant."""
    seen: dict[tuple[str, str], Address] = {}
    for address, node in draft.nodes.items():
        other = seen.setdefault((address.type, address.id), address)
        if other.class_ != address.class_:
            message = f"{address} and {other} have one id and two classes: they are two resources"
            draft.findings.add(
                Diagnostic(
                    "same-id-other-class", message, Severity.WARNING, place=node.place, address=str(address)
                )
            )


def _bad_param(node: DraftNode, misfit: Misfit) -> Diagnostic:
    inside = ".".join(str(p) for p in misfit.path if not misfit.key)
    message = (
        f"{node.address}: param {inside}: {misfit.message}" if inside else f"{node.address}: {misfit.message}"
    )
    code = misfit.code if len(misfit.path) > 1 else _PARAM_CODES.get(misfit.code, misfit.code)
    place = node.param_place(*misfit.path)
    return Diagnostic(code, message, place=place, address=str(node.address), hint=misfit.hint)


def _bad_input(node: DraftNode, recipe: Recipe, misfit: Misfit) -> Diagnostic:
    definition = recipe.definition
    dotted = ".".join(map(str, ("inputs", *misfit.path)))
    where = definition.places.key if misfit.key else definition.places.at
    return Diagnostic(
        misfit.code if misfit.code != "missing-key" else "missing-input",
        f"definition '{definition.name}': {dotted}: {misfit.message} (driver '{definition.driver}')",
        place=where("inputs", *misfit.path),
        pointer="/spec/" + "/".join(map(str, ("inputs", *misfit.path))),
        address=str(node.address),
        hint=misfit.hint,
    )


def _unread(draft: Draft, node: DraftNode, recipe: Recipe, name: str) -> None:
    draft.findings.add(
        Diagnostic(
            "param-not-read",
            f"nothing reads the param '{name}' of {node.address}: definition '{recipe.definition.name}' does not use it",
            Severity.WARNING,
            place=node.param_place(name),
            address=str(node.address),
        )
    )


def _check_port(draft: Draft, node: DraftNode) -> None:
    wanted = node.params.get("port")
    workload = draft.workloads.get(node.endpoint_of or "")
    if workload is None or wanted is None:
        return
    ports = workload.ports
    if isinstance(wanted, str | int) and (
        str(wanted) in ports or any(str(port.get("port")) == str(wanted) for port in ports.values())
    ):
        return
    known = ", ".join(f"{name} ({port.get('port')})" for name, port in ports.items())
    draft.findings.add(
        Diagnostic(
            "undeclared-port",
            f"{node.address}: workload '{workload.name}' declares no service port {wanted}",
            place=node.param_place("port"),
            address=str(node.address),
            hint=did_you_mean(str(wanted), ports) if nearest(str(wanted), ports) else f"its ports: {known}",
        )
    )
