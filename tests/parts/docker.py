"""A real container engine, Docker's, with its part Compose, and an image that holds the commands of busybox.

The engine keeps everything in a temporary folder and its bridges in a network of its own, so that several engines, and one
that the machine may have, leave each other alone. Nothing outside that network reaches its containers, nor they it.
"""

import contextlib
import http.client
import io
import os
import socket
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from parts.finding import Program, absent, need
from parts.running import folder, server

_HOW = "install Debian's docker.io"
DOCKER = Program("docker", how=_HOW)
DOCKERD = Program("dockerd", how=_HOW, folders=("/usr/sbin",))
COMPOSE = Program("compose-plugin", "compose", built_as="cmd")
UNSHARE = Program("unshare", how="install Debian's util-linux")
BUSYBOX = Program("busybox", how="install Debian's busybox-static")
_PARTS = (DOCKER, DOCKERD, COMPOSE, BUSYBOX, UNSHARE)
IMAGE = "bakehouse.test/busybox:1"
"""The image that each engine has: a shell, `httpd`, `wget`, `sleep` and what else busybox holds."""


class Refused(Exception):
    """What the program docker says when it fails."""


@dataclass(frozen=True)
class ContainerEngine:
    """A running engine; ``variables`` let the program docker find it, and its part compose."""

    program: Path
    variables: Mapping[str, str]

    def docker(self, *arguments: str, given: bytes = b"") -> str:
        """What the program prints. Raises :class:`Refused` with what it says where it fails."""
        environment = {**os.environ, **self.variables}
        ran = subprocess.run(
            [self.program, *arguments], env=environment, input=given, capture_output=True, check=False
        )
        if ran.returncode != 0:
            raise Refused(
                f"docker {arguments[0]} ended with {ran.returncode}: {ran.stderr.decode()}{ran.stdout.decode()}"
            )
        return ran.stdout.decode()


@contextlib.contextmanager
def container_engine() -> Iterator[ContainerEngine]:
    """An engine that ends, with all its containers, and whose folder is removed, with the block."""
    if os.getuid() != 0:
        absent("a container engine is missing: it is started by root only")
    docker, engine, compose, busybox, unshare = (need(part) for part in _PARTS)
    with folder("docker") as place:
        plugins, door = place / "config" / "cli-plugins", place / "engine.sock"
        plugins.mkdir(parents=True)
        (plugins / "docker-compose").symlink_to(compose)
        argv = (
            str(unshare), "--net", str(engine), f"--host=unix://{door}", f"--data-root={place}/data",
            f"--exec-root={place}/exec", f"--pidfile={place}/pid", "--bridge=none", "--iptables=false", "--ip6tables=false",
            "--storage-driver=vfs", "--log-level=warn",
        )  # fmt: skip
        path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
        with server(argv, place, lambda: _answers(door), name="dockerd", variables={"PATH": path}, grace=30):
            variables = {"DOCKER_HOST": f"unix://{door}", "DOCKER_CONFIG": str(place / "config")}
            running = ContainerEngine(docker, variables)
            running.docker("import", "-", IMAGE, given=_image(busybox))
            yield running


def _answers(door: Path) -> bool:
    asking = http.client.HTTPConnection("localhost", timeout=5)
    with contextlib.suppress(OSError), contextlib.closing(asking):
        asking.sock = socket.socket(socket.AF_UNIX)
        asking.sock.settimeout(5)
        asking.sock.connect(str(door))
        asking.request("GET", "/_ping")
        return asking.getresponse().status == http.client.OK
    return False


def _image(busybox: Path) -> bytes:
    """A file system with this one program, under all its names."""
    names = subprocess.run([busybox, "--list"], capture_output=True, check=True, text=True).stdout.split()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in ("bin", "tmp"):
            made = tarfile.TarInfo(name)
            made.type, made.mode = tarfile.DIRTYPE, 0o777
            tar.addfile(made)
        tar.add(busybox.resolve(), "bin/busybox")
        for name in names:
            if name != "busybox":
                link = tarfile.TarInfo(f"bin/{name}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(link)
    return packed.getvalue()
