"""What the driver takes and gives."""

from __future__ import annotations

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ...sdk import folder, immutable, sealed, stable
from ..carried import Folder
from ..kubernetes.models import COMPLETE, TakenOutput

_VERSION = re.compile(r"v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?", re.ASCII)
_CHART = re.compile(r"oci://[^\s?#@]+|[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_LABEL = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"


def _chart(value: Folder | str) -> Folder | str:
    if isinstance(value, str) and not _CHART.fullmatch(value):
        raise ValueError("a chart is a folder (./charts/web), a name in a repository, or an address oci://…")
    return value


def _pinned(version: str | None) -> str | None:
    if version is not None and not _VERSION.fullmatch(version):
        raise ValueError(f"'{version[:100]}' is not one version, such as 1.4.0")
    return version


class HelmInputs(BaseModel):
    """``chart`` is a folder beside the definition or in a git repository, or of one ``version`` a name in a chart
    ``repository`` or an OCI address.

    ``release`` is the release's name, by default the resource's slug, in ``namespace``, which has to exist. ``values`` may
    hold secrets. ``outputs`` are read from objects of the release. ``force`` takes fields over that another field manager
    holds. Without ``wait`` nothing waits until the objects are ready; without ``rollback`` a failed upgrade stays as it is.
    """

    model_config = ConfigDict(extra="forbid")

    chart: Annotated[Folder | str, AfterValidator(_chart)] = folder()
    repository: str | None = Field(default=None, pattern=r"^https?://[^\s@]+$")
    version: Annotated[str | None, AfterValidator(_pinned)] = None
    release: str | None = immutable(None, pattern=_LABEL, max_length=53)
    namespace: str = immutable("default", pattern=_LABEL, max_length=63)
    values: dict[str, Any] = sealed(default_factory=dict)
    outputs: dict[str, TakenOutput] = Field(default_factory=dict[str, TakenOutput])
    force: bool = False
    wait: bool = True
    rollback: bool = True

    @model_validator(mode="after")
    def _one_chart(self) -> Self:
        if isinstance(self.chart, Folder):
            if self.repository is not None or self.version is not None:
                raise ValueError("a folder is a chart of one version: leave repository and version out")
            return self
        if self.chart.startswith("oci://") == (self.repository is not None):
            raise ValueError("a chart that is no folder is named in a repository, or is an address oci://…")
        if self.version is None:
            raise ValueError("name the version of the chart, so that it is the same tomorrow")
        return self


class HelmOutputs(BaseModel):
    """``values`` are those given, without what is secret; ``version`` is the chart's. The rest is what ``outputs`` name.

    ``condition`` is ``complete``, or what a read found amiss.
    """

    model_config = ConfigDict(extra="allow")

    release: str = stable()
    namespace: str = stable()
    version: str
    status: str
    values: dict[str, Any]
    condition: str = COMPLETE
