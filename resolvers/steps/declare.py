"""What is asked for: a node for each workload, its endpoint, its resources and those of the application."""

from __future__ import annotations

from ...graph.address import (
    DEFAULT_CLASS,
    Address,
    endpoint_address,
    own_id,
    shared_id,
    workload_address,
)
from ...graph.application import ResourceRequest, Workload
from ..draft import Declaration, Draft, DraftNode


def declare_workloads(draft: Draft) -> None:
    """Each workload, its endpoint where it has ports, and the resources that it declares."""
    for name in sorted(draft.workloads):
        workload = draft.workloads[name]
        node = _workload(draft, workload)
        if workload.ports:
            target = endpoint_address(name)
            where = workload.places.at("service", "ports")
            why = f"the ports of workload {name}"
            draft.declare(target, Declaration(name, why, {}, {}, where, workload.places, name))
            node.link(target, "its own endpoint", where)
        names = draft.names.setdefault(name, {})
        for request in workload.resources.values():
            address = names[request.name] = requested_address(request)
            _declare(draft, address, request)
            node.link(address, f"resource {request.name} of workload {name}", request.place)


def declare_shared(draft: Draft) -> None:
    """The resources that belong to the application itself."""
    names = draft.names.setdefault(None, {})
    for request in draft.request.application.shared.values():
        address = names[request.name] = requested_address(request)
        _declare(draft, address, request)


def requested_address(request: ResourceRequest) -> Address:
    """Where a request leads: to a resource of the workload's own, or to a shared one."""
    if request.workload is not None and request.id is None:
        return Address(request.type, request.class_, own_id(request.workload, request.name))
    return Address(request.type, request.class_ or DEFAULT_CLASS, shared_id(request.id or request.name))


def _workload(draft: Draft, workload: Workload) -> DraftNode:
    where = workload.places.at("metadata", "name")
    why = f"workload {workload.name}"
    declaration = Declaration(
        workload.name, why, {}, workload.metadata, where, workload.places, workload.name
    )
    return draft.declare(workload_address(workload.name, workload.class_), declaration)


def _declare(draft: Draft, address: Address, request: ResourceRequest) -> None:
    why = f"resource {request.name} of " + (
        f"workload {request.workload}" if request.workload else "the application"
    )
    draft.declare(
        address,
        Declaration(
            request.name,
            why,
            request.params,
            request.metadata,
            request.place,
            request.places,
            request.workload,
        ),
    )
