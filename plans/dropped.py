"""Why a recorded resource is not wanted any more: which file, or which definition, has stopped asking for it. Pure."""

from __future__ import annotations

from ..graph.address import workload_address
from ..graph.application import Application
from ..graph.diagnostics import Place
from ..graph.resources import ResourceGraph
from .change import Reason, Why
from .state.records import ResourceRecord


def dropped(graph: ResourceGraph, application: Application, record: ResourceRecord) -> Reason:
    """The reason of the removal of ``record``, which is not in ``graph``."""
    for owner in record.asked_by:
        node = graph.nodes.get(owner)
        if node is not None:
            text = f"definition {node.definition.name} of {owner} does not ask for it any more"
            return Reason(Why.UNASKED, text, node.definition.place)
    if record.asked_by:
        return Reason(Why.DROPPED, f"dropped with {record.asked_by[0]}", _application(application))
    if record.workload is None:
        return Reason(Why.DROPPED, "dropped from the application", _application(application, "shared"))
    workload = application.workloads.get(record.workload)
    if workload is None:
        text = f"workload {record.workload} was dropped from the application"
        return Reason(Why.DROPPED, text, _application(application, "workloads"))
    itself = record.address.id == workload_address(record.workload).id
    section = () if itself else ("resources",)
    return Reason(Why.DROPPED, "dropped from the application", workload.places.at(*section))


def _application(application: Application, section: str | None = None) -> Place | None:
    if application.places is None:
        return application.place
    path = ("spec",) if section is None else ("spec", section)
    return application.places.at(*path)
