"""Runs the program's commands for one release, in the run directory of a call."""

from __future__ import annotations

import contextlib
import itertools
import shutil
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from ...sdk import Context, PermanentFault
from ...secrets import scrub
from ...watchdog import Command, inherited, run
from .chart import Chart
from .complaints import complaint
from .kubeconfig import kubeconfig

GRACE = 30.0
"""Seconds in which an interrupted command can record in the release that it failed."""

_OWN = (
    "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "HELM_PLUGINS", "HELM_REGISTRY_CONFIG",
    "HELM_REPOSITORY_CACHE", "HELM_REPOSITORY_CONFIG", "DOCKER_CONFIG",
)  # fmt: skip


@dataclass(frozen=True)
class Program:
    """The program, about the release ``release`` in ``namespace``; what it says is scrubbed of ``secrets``."""

    context: Context
    release: str
    namespace: str
    secrets: tuple[str, ...] = field(default=(), repr=False)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    @cached_property
    def binary(self) -> str:
        """Its path; raises :class:`PermanentFault` where it is not there."""
        found = shutil.which("helm")
        if found is None:
            raise PermanentFault(
                "helm-missing: the program helm is not on PATH", hint="install Helm 4, or newer"
            )
        return str(Path(found).absolute())

    def about(self, *words: str) -> bytes:
        """What ``helm`` says to ``words`` about the release; raises a fault."""
        return self._run((*words, self.release))

    def document(self, *words: str) -> Any:
        """The same, as JSON."""
        try:
            return orjson.loads(self.about(*words, "-o", "json"))
        except orjson.JSONDecodeError:
            raise PermanentFault(f"helm-failed: helm {words[0]} prints no JSON") from None

    def roll_back(self, revision: int, *flags: str) -> None:
        """Go back to a revision."""
        self._run(("rollback", self.release, str(revision), *flags))

    def with_chart(self, verb: str, chart: Chart, values: Mapping[str, Any], *flags: str) -> bytes:
        """What ``helm`` says to a verb that takes a chart and values, which it reads from a pipe without a name."""
        located = chart.arguments(self.context.run_dir)
        return self._run((verb, self.release, *located, "--values=-", *flags), orjson.dumps(values))

    def _run(self, words: tuple[str, ...], said: bytes = b"") -> bytes:
        number = next(self._numbers)
        with self._environment() as (environment, flags):
            argv = (self.binary, words[0], *flags, f"--namespace={self.namespace}", *words[1:])
            command = Command(argv, self.context.run_dir, environment, said=said, umask=0o077)
            ran = run(self.context, command, self.context.run_dir, name=f"helm-{number}", grace=GRACE)
        printed, told = ran.output.read_bytes(), ran.errors.read_text(errors="replace")
        for file in (ran.output, ran.errors):
            file.unlink()
        if ran.exit.error is not None:
            raise PermanentFault(f"helm-missing: {self.binary} {ran.exit}", hint="install Helm 4, or newer")
        if not ran.exit.good:
            raise complaint(
                words[0], scrub(told, self.secrets), f"helm {ran.exit}", f"{self.namespace}/{self.release}"
            )
        return printed

    @contextlib.contextmanager
    def _environment(self) -> Generator[tuple[dict[str, str], tuple[str, ...]]]:
        own = {name: value for name, value in inherited(_OWN).items() if name != "KUBECONFIG"}
        with kubeconfig(self.context) as (path, chosen):
            flags = () if chosen is None else (f"--kube-context={chosen}",)
            yield {**own, "KUBECONFIG": str(path), "HELM_DRIVER": "secret"}, flags
