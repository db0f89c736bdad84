"""A deployment as metrics of Prometheus, in the text format that its node exporter collects from a folder.

One file for each environment: a command is over before anybody could ask it, so the file is what is asked.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

from ..apply.events import Event, EventKind
from ..plan import Plan
from ..state.records import DeploymentStatus, StepStatus

WHERE = ("application", "environment")
BUCKETS = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
"""Upper bounds, in seconds, of the classes of how long a step takes: from a local program to a large database."""


class Metrics:
    """Gathers one deployment and writes its file below ``folder`` at its end.

    Raises ImportError without the extra `telemetry`.
    """

    def __init__(self, plan: Plan, folder: Path) -> None:
        from prometheus_client import CollectorRegistry, Histogram

        self._where = {"application": plan.application, "environment": plan.environment}
        self._file = folder / f"{plan.application}.{plan.environment}.prom"
        self._drivers = {str(address): change.driver for address, change in plan.changes.items()}
        self._registry: Any = CollectorRegistry()
        self._durations: Any = Histogram(
            "bakehouse_step_duration_seconds",
            "How long the steps of the last deployment took that called a driver.",
            (*WHERE, "driver", "step", "status"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._started = time.monotonic()
        self._called: set[tuple[str, str]] = set()
        self._retries: Counter[str] = Counter()
        self._ended: Event | None = None

    def __call__(self, event: Event) -> None:
        """Count the event."""
        key = event.address, event.step
        match event.kind:
            case EventKind.DEPLOYMENT_STARTED:
                self._started = time.monotonic()
            case EventKind.STEP_STARTED:
                self._called.add(key)
            case EventKind.STEP_RETRY:
                self._retries[self._drivers.get(event.address, "")] += 1
            case EventKind.STEP_FINISHED if key in self._called:
                self._durations.labels(
                    **self._where,
                    driver=self._drivers.get(event.address, ""),
                    step=event.step,
                    status=event.detail["status"],
                ).observe(float(event.detail.get("seconds", 0.0)))
            case EventKind.DEPLOYMENT_FINISHED:
                self._ended = event
            case _:
                pass

    def close(self) -> str | None:
        """Write the file in one piece; says why it could not be written. What did not end writes nothing."""
        from prometheus_client import write_to_textfile

        if self._ended is None:
            return None
        self._summary(self._ended)
        try:
            write_to_textfile(str(self._file), self._registry)
        except OSError as error:
            return f"metrics were not written to {self._file}: {error.strerror}"
        return None

    def _summary(self, event: Event) -> None:
        done = event.detail.get("status") == DeploymentStatus.SUCCEEDED
        counts = event.detail.get("counts", {})
        self._gauge("number", "The number of the last deployment.").set(event.deployment)
        self._gauge("success", "Whether the last deployment did all that was planned.").set(int(done))
        self._gauge("end_timestamp_seconds", "When the last deployment ended.").set(time.time())
        took = self._gauge("duration_seconds", "How long the last deployment took.")
        took.set(time.monotonic() - self._started)
        steps = self._gauges("steps", "The steps of the last deployment by how they ended.", "status")
        for status in StepStatus:
            if status is not StepStatus.INTENT:
                steps.labels(**self._where, status=status.value).set(counts.get(status.value, 0))
        retries = self._gauges("retries", "How often the last deployment tried again, by driver.", "driver")
        for driver, times in sorted(self._retries.items()):
            retries.labels(**self._where, driver=driver).set(times)

    def _gauge(self, name: str, text: str) -> Any:
        """The one gauge of this environment."""
        return self._gauges(name, text).labels(**self._where)

    def _gauges(self, name: str, text: str, *labels: str) -> Any:
        """The gauges of a name, one for each value of the further labels."""
        from prometheus_client import Gauge

        return Gauge(f"bakehouse_deployment_{name}", text, (*WHERE, *labels), registry=self._registry)
