"""``make parts``: build what is not built yet, and say of each part whether it is here."""

import sys
import time

from bakehouse.drivers.builtin.embedded_postgres.binaries import find_binaries
from bakehouse.drivers.sdk import PermanentFault
from parts.building import CannotBuild, build, built, modules
from parts.dns import KNOT
from parts.docker import BUSYBOX, DOCKER, DOCKERD
from parts.finding import MissingPart, find
from parts.mongodb import SECANTUS
from parts.mysql import MARIADB
from parts.oci_registry import REGISTRY
from parts.postgres import HOW
from parts.rabbitmq import RABBITMQ
from parts.redis import REDIS
from parts.ssh import SSHD
from parts.terraform import TERRAFORM


def main() -> int:
    """0 when all that can be built is there."""
    missing = [module for module in modules() if not _built(module)]
    programs = (
        BUSYBOX, DOCKER, DOCKERD, KNOT, MARIADB, RABBITMQ, REDIS, REGISTRY, SECANTUS, SSHD, TERRAFORM,
    )  # fmt: skip
    for program in programs:
        try:
            print(f"{program.name}: {find(program)}")
        except MissingPart as error:
            print(error)
    try:
        print(f"postgres: {find_binaries().folder}")
    except PermanentFault:
        print(HOW)
    return 1 if missing else 0


def _built(module: str) -> bool:
    there = built(module)
    if there is not None:
        print(f"{module}: {there}")
        return True
    print(f"{module}: building it, which takes minutes", flush=True)
    start = time.monotonic()
    try:
        folder = build(module)
    except CannotBuild as error:
        print(error)
        return False
    print(f"{module}: built in {time.monotonic() - start:.0f} s: {folder}", flush=True)
    return True


sys.exit(main())
