"""What a SQL store records is what is read back."""

from dataclasses import replace

from bakehouse.graph.fingerprint import digest_bytes
from bakehouse.plans.state.conformance import samples as sample
from bakehouse.plans.state.holder import current_holder
from bakehouse.plans.state.records import DeploymentStatus
from bakehouse.plans.state.sql import SqlStore


def test_what_is_committed_is_read_back(store: SqlStore) -> None:
    home = store.register(sample.environment())
    record = sample.resource(home.uid)
    with store.hold(home.uid, current_holder("dev", "apply")) as writer:
        begun = writer.begin(sample.deployment(), {digest_bytes(b"plan"): b"plan"})
        writer.commit([sample.written(record)], [{"event": "step"}])
        writer.finish(replace(begun, status=DeploymentStatus.SUCCEEDED, ended=sample.MOMENT))
    reader = store.reader()
    snapshot = reader.snapshot(home.uid)
    assert snapshot.resources == {record.address: record}
    assert snapshot.births == {record.address: 1}
    assert reader.steps(home.uid, begun.number) == (sample.step(record),)
    assert reader.events(home.uid, begun.number) == ({"event": "step"},)
    assert reader.blob(digest_bytes(b"plan")) == b"plan"
    assert [d.status for d in reader.deployments(home.uid)] == [DeploymentStatus.SUCCEEDED]
    assert reader.lease(home.uid) is None
