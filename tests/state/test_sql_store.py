"""What a SQL store records is what is read back."""

import pytest
from msgspec.structs import replace

from bakehouse.graph.fingerprint import digest_bytes
from bakehouse.plans.state.conformance import samples as sample
from bakehouse.plans.state.conformance.bench import writing
from bakehouse.plans.state.holder import current_holder
from bakehouse.plans.state.records import DeploymentStatus, Owner
from bakehouse.plans.state.sql import SqlStore, referrers
from bakehouse.plans.state.store import Write


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


def test_more_references_end_at_once_than_one_question_may_name(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Databases take only so many values with a statement."""
    monkeypatch.setattr(referrers, "AT_ONCE", 2)
    home, other = (store.register(sample.environment(name)) for name in ("local", "production"))
    owned = sample.resource(other.uid)
    readers = [sample.resource(home.uid, n, owner=Owner(other.uid, owned.uid)) for n in range(5)]
    with writing(store, other) as writer:
        writer.commit([sample.written(owned)])
    with writing(store, home) as writer:
        writer.commit([sample.written(record) for record in readers])
        assert [r.address for r in store.reader().references(home.uid)] == [r.address for r in readers]
        writer.commit([Write(remove=record.address) for record in readers[:4]])
    assert [r.address for r in store.reader().references(home.uid)] == [readers[4].address]
