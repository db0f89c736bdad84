"""What the driver takes and gives."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from ...sdk import immutable, sealed, secret

COMPLETE = "complete"
"""The ``condition`` of objects that are as their manifests say."""


def _whole(path: str) -> str:
    if not path.startswith("~/") and not PurePath(path).is_absolute():
        raise ValueError(f"{path!r} depends on the working directory: give an absolute path or one from ~/")
    return path


class KubernetesConnection(BaseModel):
    """How a cluster is reached, in one of four ways.

    ``kubeconfig`` is a file (``~/.kube/config``), with the programs that it names for credentials; ``config`` the same as
    a secret text; ``context`` chooses one of its contexts, by default the current one. ``inCluster`` uses the service
    account of the pod that we run in. ``server``, ``token`` and ``ca`` (PEM text) need no file. Another context or server is
    another cluster.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    kubeconfig: Annotated[str, AfterValidator(_whole)] | None = None
    config: SecretStr | None = secret(None)
    context: str | None = immutable(None)
    in_cluster: Annotated[bool, Field(alias="inCluster")] = False
    server: str | None = immutable(None, pattern=r"^https?://[^\s]+$")
    token: SecretStr | None = secret(None)
    ca: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.kubeconfig, self.config, self.in_cluster or None, self.server]
        if sum(way is not None for way in ways) != 1:
            raise ValueError("say one of kubeconfig, config, inCluster and server")
        if self.context is not None and self.kubeconfig is None and self.config is None:
            raise ValueError("context chooses inside kubeconfig or config")
        if (self.token is not None or self.ca is not None) and self.server is None:
            raise ValueError("token and ca go with server")
        return self


class TakenOutput(BaseModel):
    """An output that is read from an object once it is ready.

    ``object`` is ``KIND/NAME`` of one of the manifests; ``path`` leads to the value with dots (list items by number).
    Values below ``data`` of a Secret are decoded, and are secret whatever ``secret`` says.
    """

    model_config = ConfigDict(extra="forbid")

    object: str = Field(pattern=r"^[A-Za-z0-9]+/[^/\s]+$")
    path: str = Field(min_length=1)
    secret: bool = False

    @property
    def is_secret(self) -> bool:
        """Whether the value is treated as a secret."""
        return self.secret or self.object.startswith("Secret/")


class KubernetesInputs(BaseModel):
    """``manifests`` are objects as their API takes them; ``namespace`` is that of those which name none.

    Secrets may stand in ``data`` and ``stringData`` of kind Secret only. ``force`` takes fields over that another field
    manager holds. Without ``wait`` nothing waits until the objects are ready.
    """

    model_config = ConfigDict(extra="forbid")

    manifests: list[dict[str, Any]] = sealed()
    namespace: str | None = None
    outputs: dict[str, TakenOutput] = Field(default_factory=dict[str, TakenOutput])
    force: bool = False
    wait: bool = True


class KubernetesOutputs(BaseModel):
    """``condition`` is ``complete``, or what a read found amiss; the rest is what ``outputs`` of the inputs name."""

    model_config = ConfigDict(extra="allow")

    condition: str = COMPLETE
