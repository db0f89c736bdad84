"""Workloads as the driver gets them, whose containers are run by an engine, and a look at what runs."""

from collections.abc import Mapping
from typing import Any

from bakehouse.graph.values import Value
from parts.docker import IMAGE, ContainerEngine

SERVE = ["/bin/sh", "-c", "trap 'exit 0' TERM; echo serving; httpd -f -p 8080 -h /www & wait"]
WAIT = ["/bin/sh", "-c", "trap 'exit 0' TERM; echo waiting; sleep 1000 & wait"]
PAGE = "cost=$5"


def workload(name: str = "web", **containers: Mapping[str, Any]) -> dict[str, Value]:
    """Inputs of the driver; without containers, one whose image nobody has."""
    bodies = containers or {"main": {"image": "registry.test/web:1"}}
    body = {"name": name, "folder": ".", "metadata": {"name": name}, "service": {}, "containers": bodies}
    return {"target": "compose", "workload": body}


def serving(**more: Any) -> dict[str, Any]:
    """A container that serves :data:`PAGE`, or what else is mounted at `/www`, at port 8080."""
    return {"image": IMAGE, "command": SERVE, "files": {"/www/index.html": {"content": PAGE}}, **more}


def waiting(**more: Any) -> dict[str, Any]:
    """A container that does nothing."""
    return {"image": IMAGE, "command": WAIT, **more}


def containers(engine: ContainerEngine, *filters: str) -> dict[str, str]:
    """The service of each container of an engine, and its id."""
    text = '{{.Label "com.docker.compose.service"}} {{.ID}}'
    lines = engine.docker("ps", "--all", "--format", text, *filters).splitlines()
    return dict(line.split() for line in lines)


def said_by(engine: ContainerEngine, service: str, *command: str) -> str:
    """What a command prints in the container of a service."""
    return engine.docker("exec", containers(engine)[service], *command)
