"""What the driver takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ...sdk import immutable, stable

Number = Field(ge=1, le=65535)


class ServicePort(BaseModel):
    """One declared port; ``target_port`` is what the container listens at, by default ``port``."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    port: int = Number
    target_port: int | None = Field(None, alias="targetPort", ge=1, le=65535)
    protocol: Literal["TCP", "UDP"] = "TCP"

    @property
    def number(self) -> int:
        """The number that the program listens at by default."""
        return self.target_port or self.port

    @property
    def reservation(self) -> str:
        """What names the reservation: declarations of one number and protocol share it."""
        return f"{self.number}/{self.protocol}"


class EndpointInputs(BaseModel):
    """The declared ports by name. ``service`` is the name of the Service of target ``kubernetes``, in ``namespace``."""

    model_config = ConfigDict(extra="forbid")

    target: Literal["process", "kubernetes", "compose"] = immutable("process")
    namespace: str | None = immutable(None)
    service: str | None = immutable(None)
    ports: dict[str, ServicePort] = Field(default_factory=dict[str, ServicePort])


def reached_by(ports: Mapping[str, ServicePort]) -> dict[str, ServicePort]:
    """By what each port can be asked for: its name first, then its number, then the number it is listened at."""
    found = dict(sorted(ports.items()))
    for port in [*found.values()]:
        found.setdefault(str(port.port), port)
    for port in [*found.values()]:
        found.setdefault(str(port.number), port)
    return found


class EndpointOutputs(BaseModel):
    """``ports`` gives the actual number by name, and by declared number as text where no name is that number."""

    host: str = stable()
    ports: dict[str, int]
