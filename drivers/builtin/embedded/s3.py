"""Driver ``embedded-s3``: a bucket in an object store of the resource's own, which is a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, SecretStr

from ....graph.values import Value, in_text, text
from ...sdk import immutable, secret, stable
from ..local.ports import HOST
from ..local.private import private_folder
from .server import EmbeddedServer, Start

_KEY = "bakehouse"
_REGION = "us-east-1"
_BUCKETS, _ATTRIBUTES = "buckets", "attributes"


class EmbeddedS3Inputs(BaseModel):
    """``bucket`` is the name of the only bucket there is at first."""

    model_config = ConfigDict(extra="forbid")

    bucket: str = immutable(pattern="^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")


class EmbeddedS3Outputs(BaseModel):
    """Where the bucket is, and the key. An update changes none of it; a rotation gives another secret."""

    bucket: str = stable()
    endpoint: str = stable()
    region: str = stable()
    access_key_id: str = stable()
    secret_key: SecretStr = secret(stable=True)
    aws_access_key_id: str = stable()
    aws_secret_key: SecretStr = secret(stable=True)


class EmbeddedS3(EmbeddedServer[EmbeddedS3Inputs, EmbeddedS3Outputs]):
    """Objects are files; what S3 knows of them besides lies in a folder beside, so that any file system will do."""

    name: ClassVar[str] = "embedded-s3"
    summary: ClassVar[str] = "a bucket in an object store of the resource's own, on this machine"
    program: ClassVar[str] = "versitygw"
    install: ClassVar[str] = (
        "install versitygw 1.8 or newer: go install github.com/versity/versitygw/cmd/versitygw@v1.8.0"
    )
    what: ClassVar[str] = "the object store"
    secret_outputs: ClassVar[tuple[str, ...]] = ("secret_key", "aws_secret_key")
    Inputs = EmbeddedS3Inputs
    Outputs = EmbeddedS3Outputs

    def start(
        self, inputs: EmbeddedS3Inputs, root: Path, data: Path, ports: Mapping[str, int], secret: str
    ) -> Start:
        """A folder among its folders is a bucket."""
        private_folder(data / _BUCKETS / inputs.bucket)
        private_folder(data / _ATTRIBUTES)
        login = {"ROOT_ACCESS_KEY_ID": _KEY, "ROOT_SECRET_ACCESS_KEY": secret}
        return Start(tuple(map(str, _arguments(f"{data}/", str(ports[self.program])))), environment=login)

    def shown(self, planned: Mapping[str, Any], port: Value) -> list[Value]:
        """All of them."""
        return _arguments("", port)

    def made(self, inputs: EmbeddedS3Inputs, ports: Mapping[str, int]) -> Mapping[str, Any]:
        """Where the bucket is, and the key's id."""
        return {
            "bucket": inputs.bucket,
            "endpoint": f"http://{HOST}:{ports[self.program]}",
            "region": _REGION,
            "access_key_id": _KEY,
            "aws_access_key_id": _KEY,
        }


def _arguments(folder: str, port: Value) -> list[Value]:
    return [
        "--port", text([f"{HOST}:", *in_text(port)]), "--region", _REGION, "--quiet",
        "posix", "--sidecar", f"{folder}{_ATTRIBUTES}", f"{folder}{_BUCKETS}",
    ]  # fmt: skip
