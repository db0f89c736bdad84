"""A deployment as a trace of OpenTelemetry: a span for it, and below it one for each step that called a driver.

Where, how and whether spans are sent is said by the variables of OpenTelemetry's own specification (``OTEL_…``), which its
library reads. ``TRACEPARENT`` and ``TRACESTATE`` (W3C Trace Context) make the trace a part of its caller's, say a pipeline.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from ... import __version__
from ..apply.events import Event, EventKind
from ..plan import Plan
from ..state.records import DeploymentStatus, StepStatus

FLUSH_SECONDS = 5.0
"""How long the end of a deployment waits for spans that are still to be sent."""

SPANS_QUEUED = 2048
"""The library's own default; a larger plan gets room for each of its steps."""

_BAD = (StepStatus.FAILED, StepStatus.PENDING)


def wanted(environ: Mapping[str, str]) -> bool:
    """Whether the variables ask for traces: an endpoint or an exporter is named, and nothing turns them off."""
    if (
        environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
        or environ.get("OTEL_TRACES_EXPORTER") == "none"
    ):
        return False
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER")
    return any(environ.get(name) for name in names)


class Traces:
    """Sends spans by OTLP over HTTP. Raises ImportError without the extra `telemetry`."""

    def __init__(self, plan: Plan, environ: Mapping[str, str]) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self._plan = plan
        self._drivers = {str(address): change.driver for address, change in plan.changes.items()}
        self._complaints = _Complaints()
        resource = Resource.create({"service.version": __version__, **_service(environ)})
        exporter: Any = OTLPSpanExporter()
        room = max(SPANS_QUEUED, len(plan.changes) + 1)
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=room))
        self._tracer: Any = self._provider.get_tracer("bakehouse", __version__)
        self._caller = _caller(environ)
        self._whole: Any = None
        self._steps: dict[tuple[str, str], Any] = {}

    def __call__(self, event: Event) -> None:
        """Open, amend or end the span that the event is about."""
        key = event.address, event.step
        match event.kind:
            case EventKind.DEPLOYMENT_STARTED:
                self._whole = self._tracer.start_span(
                    "bakehouse deployment", self._caller, attributes=self._of_deployment(event)
                )
            case EventKind.STEP_STARTED:
                self._steps[key] = self._step(event, time.time_ns())
            case EventKind.STEP_PROGRESS | EventKind.STEP_RETRY if key in self._steps:
                name = "retry" if event.kind is EventKind.STEP_RETRY else "progress"
                self._steps[key].add_event(name, dict(event.detail))
            case EventKind.STEP_FINISHED:
                self._finished(event)
            case EventKind.DEPLOYMENT_FINISHED if self._whole is not None:
                self._ended(event)
            case _:
                if self._whole is not None:
                    self._whole.add_event(event.kind.value)

    def close(self) -> str | None:
        """End what an exception left open, and send; says why not everything could be sent."""
        for span in (*self._steps.values(), self._whole):
            if span is not None:
                span.end()
        sender = threading.Thread(target=self._provider.shutdown, daemon=True)
        sender.start()
        sender.join(FLUSH_SECONDS)
        late = f"the collector did not answer within {FLUSH_SECONDS:.0f} s" if sender.is_alive() else None
        why = self._complaints.end() or late
        return f"traces were not sent: {why}" if why else None

    def _of_deployment(self, event: Event) -> dict[str, Any]:
        plan = self._plan
        return {
            "bakehouse.application": plan.application,
            "bakehouse.environment": plan.environment,
            "bakehouse.environment.type": plan.environment_type,
            "bakehouse.deployment": event.deployment,
            "bakehouse.steps": int(event.detail.get("total", 0)),
        }

    def _step(self, event: Event, began: int) -> Any:
        from opentelemetry.trace import set_span_in_context

        attributes = {
            "bakehouse.address": event.address,
            "bakehouse.type": event.address.partition("#")[0],
            "bakehouse.step": event.step,
            "bakehouse.driver": self._drivers.get(event.address, ""),
        }
        context = set_span_in_context(self._whole) if self._whole is not None else None
        name = f"{event.step} {attributes['bakehouse.type']}"
        return self._tracer.start_span(name, context, attributes=attributes, start_time=began)

    def _finished(self, event: Event) -> None:
        """End a step's span; steps that called nobody have one only where they went wrong."""
        status = StepStatus(event.detail["status"])
        span = self._steps.pop((event.address, event.step), None)
        now = time.time_ns()
        if span is None:
            if status not in _BAD:
                return
            span = self._step(event, now - int(float(event.detail.get("seconds", 0.0)) * 1e9))
        span.set_attribute("bakehouse.status", status.value)
        if status in _BAD:
            _failed(span, str(event.detail.get("message", status.value)))
        span.end(now)

    def _ended(self, event: Event) -> None:
        status = str(event.detail.get("status", ""))
        self._whole.set_attribute("bakehouse.status", status)
        for name, number in dict(event.detail.get("counts", {})).items():
            self._whole.set_attribute(f"bakehouse.steps.{name}", number)
        if status != DeploymentStatus.SUCCEEDED:
            _failed(self._whole, status)


class _Complaints(logging.Handler):
    """Keeps the first thing that the library complains about, instead of letting it write to the terminal."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._first: str | None = None
        self._logger = logging.getLogger("opentelemetry")
        self._logger.addHandler(self)
        self._logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a complaint."""
        self._first = self._first or record.getMessage()

    def end(self) -> str | None:
        """Stop listening; returns the first complaint."""
        self._logger.removeHandler(self)
        self.close()
        return self._first


def _service(environ: Mapping[str, str]) -> dict[str, str]:
    """The name of the service, unless the variables give one."""
    named = "OTEL_SERVICE_NAME" in environ or "service.name=" in environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return {} if named else {"service.name": "bakehouse"}


def _caller(environ: Mapping[str, str]) -> Any:
    """The context of whoever called this command, as W3C Trace Context in its variables."""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    names = {"traceparent": "TRACEPARENT", "tracestate": "TRACESTATE"}
    return TraceContextTextMapPropagator().extract({k: environ[v] for k, v in names.items() if v in environ})


def _failed(span: Any, why: str) -> None:
    from opentelemetry.trace import Status, StatusCode

    span.set_status(Status(StatusCode.ERROR, why))
