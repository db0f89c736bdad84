"""Driver schemas without drivers: what a compile asks about them, answered from plain data."""

from collections.abc import Callable, Mapping
from typing import Any

from bakehouse.graph.narrow import is_map
from bakehouse.graph.types import DriverDescription, Schema

Describe = Callable[[Mapping[str, Any]], DriverDescription]


def described(
    inputs: Mapping[str, Any] | None = None,
    outputs: Mapping[str, Any] | None = None,
    *,
    required: tuple[str, ...] = (),
    closed: bool = True,
    connection: str | None = None,
) -> DriverDescription:
    """A description from properties; without inputs everything is accepted, without outputs none are given."""
    taken: dict[str, Any] = {"type": "object"}
    if inputs is not None:
        taken |= {"properties": inputs, "required": list(required), "additionalProperties": not closed}
    return DriverDescription(taken, {"type": "object", "properties": outputs or {}}, connection)


def values_only(inputs: Mapping[str, Any]) -> DriverDescription:
    """Gives what `values` and `secrets` hold, as the driver template does."""
    parts: list[Any] = [inputs.get("values", {}), inputs.get("secrets", {})]
    properties: dict[str, Any] = {}
    for part, secret in zip(parts, (False, True), strict=True):
        if is_map(part):
            properties |= {name: {"x-secret": True} if secret else {} for name in part}
    outputs = {
        "type": "object",
        "properties": properties,
        "additionalProperties": not all(is_map(part) for part in parts),
    }
    accepted = {"values": {"type": "object"}, "secrets": {"type": "object"}}
    return DriverDescription(
        {"type": "object", "properties": accepted, "additionalProperties": False}, outputs
    )


TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
SECRET = {"type": "string", "x-secret": True}
STABLE = {"type": "string", "x-stable": True}
MAP = {"type": "object"}
SERVER = {"host": STABLE, "port": {**NUMBER, "x-stable": True}, "username": STABLE, "password": SECRET}
BROKER = {**SERVER, "management": STABLE}
BUCKET = {
    "bucket": STABLE, "endpoint": STABLE, "region": STABLE, "access_key_id": STABLE, "secret_key": SECRET,
    "aws_access_key_id": STABLE, "aws_secret_key": SECRET,
}  # fmt: skip

LOCAL: Mapping[str, DriverDescription] = {
    "workload": described({"target": TEXT, "workload": MAP, "endpoint": {}, "profiles": {"type": "array"}}),
    "endpoint": described({"target": TEXT, "ports": MAP}, {"host": STABLE, "ports": MAP}),
    "proxy": described({"preferred_port": NUMBER}, {"host": STABLE, "port": NUMBER, "directory": STABLE}),
    "local-dns": described({"name": TEXT, "port": NUMBER}, {"host": TEXT, "url": TEXT}),
    "route": described(
        {"target": TEXT, "host": TEXT, "path": TEXT, "port": {}, "endpoint": MAP, "proxy": MAP}, {"url": TEXT}
    ),
    "embedded-amqp": described({}, BROKER),
    "embedded-mysql": described({}, SERVER),
    "embedded-postgres": described({}, SERVER),
    "embedded-redis": described({}, SERVER),
    "embedded-s3": described({"bucket": TEXT}, BUCKET),
    "postgres": described(
        {"server": MAP, "database": TEXT, "username": TEXT}, {**SERVER, "name": STABLE, "database": STABLE}
    ),
    "mysql": described(
        {"server": MAP, "database": TEXT, "username": TEXT}, {**SERVER, "name": STABLE, "database": STABLE}
    ),
    "amqp": described({"server": MAP, "vhost": TEXT, "username": TEXT}, {**SERVER, "vhost": STABLE}),
    "volume": described({"name": TEXT}, {"source": STABLE}),
}


class FakeSchemas:
    """Implements `DriverSchemas`; knows the driver template and what it is given."""

    def __init__(
        self,
        drivers: Mapping[str, DriverDescription | Describe] | None = None,
        connections: Mapping[str, Schema] | None = None,
        folders: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self._drivers: dict[str, DriverDescription | Describe] = {
            "template": values_only,
            **LOCAL,
            **(drivers or {}),
        }
        self._connections = dict(connections or {})
        self._folders = dict(folders or {})
        self.asked = 0

    def names(self) -> tuple[str, ...]:
        """The names of all drivers, sorted."""
        return tuple(sorted(self._drivers))

    def describe(self, driver: str, static_inputs: Mapping[str, Any]) -> DriverDescription:
        """What a driver accepts and gives; raises LookupError for one that is not known."""
        self.asked += 1
        found = self._drivers[driver]
        return found if isinstance(found, DriverDescription) else found(static_inputs)

    def folders(self, driver: str) -> frozenset[str]:
        """The inputs of a driver that are given as folders; raises LookupError for one that is not known."""
        if driver not in self._drivers:
            raise LookupError(driver)
        return self._folders.get(driver, frozenset())

    def connection_schema(self, kind: str) -> Schema | None:
        """The schema of a kind of connection, or None."""
        return self._connections.get(kind)
