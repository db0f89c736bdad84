"""What a deployment tells those who watch many: traces to a collector, metrics into a folder, events in one vocabulary."""

import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families

from bakehouse.drivers.sdk import PermanentFault, TransientFault
from bakehouse.plans.apply.outcome import Outcome
from bakehouse.plans.apply.stop import Stop
from bakehouse.plans.apply.vocabulary import fields_of
from bakehouse.plans.operations.applying import apply_plan
from bakehouse.plans.operations.workbench import ApplyOptions
from bakehouse.plans.plan import Plan
from bakehouse.plans.reports.replay import replay
from bakehouse.plans.telemetry import Observer
from bakehouse.plans.telemetry.metrics import Metrics
from bakehouse.plans.telemetry.traces import Traces, wanted
from fakes.engine import Engine, out

THINGS = {"db": {}, "web": {"note": out("db")}, "mail": {}, "post": {"note": out("mail")}}
CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def plan(engine: Engine) -> Plan:
    """Four things, of which one needs a second try and one cannot be made."""
    engine.world.faults["create", "db"] = [TransientFault("busy", retry_after=0.01)]
    engine.world.faults["create", "mail"] = [PermanentFault("no room")]
    return engine.plan(engine.graph(THINGS))


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ExportTraceServiceRequest]]:
    """A collector that speaks OTLP over HTTP on this machine; what it was sent."""
    received: list[ExportTraceServiceRequest] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_request(self, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        yield received
        server.shutdown()


def deploy(engine: Engine, plan: Plan, observer: Observer) -> Outcome:
    return apply_plan(engine.bench(), plan, ApplyOptions(), observer, Stop())


def spans_of(received: list[ExportTraceServiceRequest]) -> dict[str, Any]:
    return {
        _attributes(span).get("bakehouse.address", ""): span
        for request in received
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    }


def _attributes(span: Any) -> dict[str, Any]:
    return {pair.key: pair.value.string_value or pair.value.int_value for pair in span.attributes}


def test_a_deployment_is_a_span_of_its_caller_with_a_span_for_each_step_that_called_a_driver(
    engine: Engine, plan: Plan, collector: list[ExportTraceServiceRequest]
) -> None:
    traces = Traces(plan, {"TRACEPARENT": CALLER})
    deploy(engine, plan, traces)
    assert traces.close() is None
    spans = spans_of(collector)
    assert set(spans) == {"", "thing#db", "thing#web", "thing#mail"}, "what was skipped called nobody"
    whole = spans[""]
    assert (whole.trace_id.hex(), whole.parent_span_id.hex()) == tuple(CALLER.split("-")[1:3])
    assert _attributes(whole) == {
        "bakehouse.application": "app", "bakehouse.environment": "dev", "bakehouse.environment.type": "local",
        "bakehouse.deployment": 1, "bakehouse.steps": 4, "bakehouse.status": "failed",
        "bakehouse.steps.done": 2, "bakehouse.steps.failed": 1, "bakehouse.steps.skipped": 1,
    }  # fmt: skip
    assert {s.parent_span_id for a, s in spans.items() if a} == {whole.span_id}
    assert _attributes(spans["thing#db"]) == {
        "bakehouse.address": "thing#db", "bakehouse.type": "thing", "bakehouse.step": "create",
        "bakehouse.driver": "thing", "bakehouse.status": "done",
    }  # fmt: skip
    assert [event.name for event in spans["thing#db"].events] == ["retry"]
    assert (spans["thing#mail"].status.code, spans["thing#mail"].status.message) == (2, "no room")
    assert whole.start_time_unix_nano <= spans["thing#db"].start_time_unix_nano
    assert spans["thing#web"].end_time_unix_nano <= whole.end_time_unix_nano


def test_a_collector_that_is_not_there_is_said_and_nothing_else_happens(
    engine: Engine, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    traces = Traces(plan, {})
    outcome = deploy(engine, plan, traces)
    assert [s.key for s in outcome.failed] == ["thing#mail/create"]
    assert (traces.close() or "").startswith("traces were not sent: ")


@pytest.mark.parametrize(
    ("variables", "asked"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_traces_are_made_where_opentelemetrys_own_variables_ask_for_them(
    variables: dict[str, str], asked: bool
) -> None:
    assert wanted(variables) is asked


def test_metrics_of_the_last_deployment_lie_in_a_file_for_its_environment(
    engine: Engine, plan: Plan, tmp_path: Path
) -> None:
    metrics = Metrics(plan, tmp_path)
    deploy(engine, plan, metrics)
    assert metrics.close() is None
    families = text_string_to_metric_families((tmp_path / "app.dev.prom").read_text())
    samples = {
        (
            s.name,
            *(v for k, v in sorted(s.labels.items()) if k not in ("application", "environment")),
        ): s.value
        for family in families
        for s in family.samples
    }
    assert samples["bakehouse_deployment_number",] == 1
    assert samples["bakehouse_deployment_success",] == 0
    assert samples["bakehouse_deployment_retries", "thing"] == 1
    steps = {key[1]: value for key, value in samples.items() if key[0] == "bakehouse_deployment_steps"}
    assert steps == {
        "done": 2, "failed": 1, "skipped": 1, "unchanged": 0, "pending": 0, "not-attempted": 0,
    }  # fmt: skip
    assert samples["bakehouse_step_duration_seconds_count", "thing", "done", "create"] == 2
    assert samples["bakehouse_step_duration_seconds_count", "thing", "failed", "create"] == 1


def test_metrics_that_cannot_be_written_are_said(engine: Engine, plan: Plan, tmp_path: Path) -> None:
    metrics = Metrics(plan, tmp_path / "missing")
    deploy(engine, plan, metrics)
    file = tmp_path / "missing" / "app.dev.prom"
    assert metrics.close() == f"metrics were not written to {file}: No such file or directory"


def test_every_event_says_what_the_vocabulary_says_and_nothing_more(engine: Engine, plan: Plan) -> None:
    engine.apply(plan)
    for event in engine.events:
        fields = fields_of(event.kind)
        body = event.body()
        assert set(body) <= set(fields), event
        assert {name for name, field in fields.items() if field.always} <= set(body), event


def test_what_was_recorded_tells_the_same_events_in_the_same_order(engine: Engine, plan: Plan) -> None:
    outcome = engine.apply(plan)
    reader, uid = engine.store.reader(), engine.environment.uid
    record = reader.deployment(uid, 1)
    assert record is not None
    told = replay("dev", record, reader.steps(uid, 1), reader.events(uid, 1))

    def shown(bodies: Iterable[Mapping[str, Any]]) -> list[tuple[str, ...]]:
        return [(b["event"], b.get("address", ""), b.get("step", ""), b.get("status", "")) for b in bodies]

    assert sorted(shown(told)) == sorted(shown(event.body() for event in engine.events))
    assert (told[0]["event"], told[-1]["event"]) == ("deployment-started", "deployment-finished")
    assert told[-1]["resume"] == next(e.detail["resume"] for e in engine.events if "resume" in e.detail)
    for step in outcome.steps.values():
        own = [body["event"] for body in told if body.get("address") == str(step.address)]
        assert own == sorted(own, key=["step-started", "step-retry", "step-finished"].index)
    order = [(body["event"], body.get("address")) for body in told]
    assert order.index(("step-finished", "thing#db")) < order.index(("step-started", "thing#web"))
