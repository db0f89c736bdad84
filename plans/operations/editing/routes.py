"""The verbs *app add route* and *app remove route*: a way from a host name to a port of a workload."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct

from ....graph.diagnostics import Diagnostic, Place, did_you_mean
from ....graph.errors import InvalidInput
from ....resolvers.data import as_map
from ....resolvers.placeholders import write as placeholder
from ....resolvers.source import Document, parse
from .edit import Edit, Project
from .resources import NewResource, add_resource, declared, remove_resource

_ROUTE = "route"
_DNS = "dns"


class NewRoute(Struct, frozen=True):
    """``host`` is written as it is; else ``dns`` names the resource that gives it, the only one if None.

    ``port`` is a name or number, the only one if None.
    """

    name: str = _ROUTE
    host: str | None = None
    dns: str | None = None
    path: str = "/"
    port: str | None = None


def add_route(root: Path, workload: str, wanted: NewRoute) -> Edit:
    """A route in a workload's Score file, and a resource `dns` where it has none; raises InvalidInput."""
    document = _document(root, workload)
    names = _of_type(document, _DNS)
    new: list[NewResource] = []
    host = wanted.host
    if host is None:
        named = _known(document, workload, wanted.dns)
        dns = named or _only(names, "several resources give host names", "--dns") or _DNS
        if dns not in declared(document):
            new.append(NewResource(dns, _DNS))
        host = placeholder(("resources", dns, "host"))
    params = {"host": host, "path": wanted.path, "port": _port(document, wanted.port)}
    return add_resource(root, workload, *new, NewResource(wanted.name, _ROUTE, params=params))


def remove_route(root: Path, workload: str, name: str | None) -> Edit:
    """The Score file without a route, the only one if none is named; raises InvalidInput."""
    if name is None:
        routes = _of_type(_document(root, workload), _ROUTE)
        name = _only(routes, "there are several routes", "NAME")
        if name is None:
            raise InvalidInput(Diagnostic("unknown-resource", f"{workload} declares no route"))
    return remove_resource(root, workload, name, _ROUTE)


def _document(root: Path, workload: str) -> Document:
    project = Project(root)
    file = project.listing().file_of(workload)
    return parse(project.folder.read(file), file)


def _of_type(document: Document, type_: str) -> list[str]:
    return [n for n, r in declared(document).items() if as_map(r).get("type") == type_]


def _known(document: Document, workload: str, name: str | None) -> str | None:
    """The resource that was named, if one was; raises InvalidInput where there is no such one."""
    known = declared(document)
    if name is None or name in known:
        return name
    message = f"{workload} declares no resource '{name[:100]}'"
    hint = did_you_mean(name, known, noun="resources") if known else "leave --dns out to add one"
    raise InvalidInput(Diagnostic("unknown-resource", message, place=Place(document.file), hint=hint))


def _only(names: list[str], several: str, option: str) -> str | None:
    if len(names) > 1:
        hint = f"name one with {option}: {', '.join(sorted(names)[:10])}"
        raise InvalidInput(Diagnostic("name-needed", several, hint=hint))
    return names[0] if names else None


def _port(document: Document, wanted: str | None) -> Any:
    """The port as it is written into the file: a declared name, or a number."""
    ports = as_map(as_map(as_map(document.data).get("service")).get("ports"))
    if wanted is None:
        found = _only(list(ports), "the workload has several ports", "--port")
        if found is not None:
            return found
        message = "the workload declares no port that a route could lead to"
        hint = "write one under service.ports"
        raise InvalidInput(Diagnostic("no-port", message, place=document.at("service"), hint=hint))
    if wanted in ports or not wanted.isdecimal():
        if wanted not in ports:
            hint = did_you_mean(wanted, ports, noun="ports")
            message = f"the workload declares no port '{wanted[:100]}'"
            raise InvalidInput(Diagnostic("unknown-port", message, place=document.at("service"), hint=hint))
        return wanted
    return int(wanted)
