"""Any record that the model allows comes back from its row as it was."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.graph.address import Address
from bakehouse.graph.values import Secret, Text, Unknown
from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.records import (
    Deposed,
    Holder,
    PendingOperation,
    RecordedConnection,
    RecordedEdge,
    ResourceRecord,
    ResourceStatus,
)
from bakehouse.plans.state.sql.body import Unreadable, checksum
from bakehouse.plans.state.sql.resource_codec import ResourceDecoder, definition_body, resource_body

ENVIRONMENT = "2b1e7b3a-9d7e-4c53-8a53-1f3b8c9e5d01"

names = st.text(max_size=12)
ids = st.from_regex(r"[a-z][a-z0-9.]{0,9}", fullmatch=True)
addresses = st.builds(Address, st.sampled_from(["postgres", "s3"]), st.sampled_from(["default", "big"]), ids)
secrets = st.builds(Secret, names, names, st.none() | names)
unknowns = st.builds(
    Unknown,
    addresses,
    st.lists(names, max_size=2).map(tuple),
    st.sampled_from(["any", "string"]),
    st.booleans(),
)
texts = st.lists(names | secrets | unknowns, min_size=1, max_size=3).map(lambda parts: Text(tuple(parts)))
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | st.text() | secrets | unknowns | texts
keys = names | st.sampled_from(["$secret", "$unknown", "$text", "$map", "$"])
values = st.recursive(
    scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(keys, v, max_size=3), max_leaves=8
)
maps = st.dictionaries(keys, values, max_size=3)
connections = st.builds(RecordedConnection, names, names, maps)
holders = st.builds(Holder, names, names, names, st.integers(1, 9), names, names)
pendings = st.builds(
    PendingOperation, names, st.integers(1, 9), names, maps, st.integers(1, 9), names, st.integers(1, 9),
    st.none() | holders,
)  # fmt: skip
deposeds = st.builds(
    Deposed, st.integers(1, 9), names, st.integers(1, 9), maps, maps, maps, st.none() | connections
)
records = st.builds(
    ResourceRecord,
    address=addresses,
    uid=names,
    slug=names,
    birth=st.integers(1, 9),
    generation=st.integers(1, 9),
    status=st.sampled_from(ResourceStatus),
    driver=names,
    schema_version=st.integers(1, 9),
    fingerprint=names,
    definition=st.fixed_dictionaries({"name": names, "digest": names, "body": maps}),
    inputs=maps,
    outputs=maps,
    driver_outputs=maps,
    private=maps,
    edges=st.lists(st.builds(RecordedEdge, addresses, names, names), max_size=3).map(tuple),
    asked_by=st.lists(addresses, max_size=2).map(tuple),
    connection=st.none() | connections,
    on_remove=st.sampled_from([None, "protect"]),
    data_bearing=st.booleans(),
    workload=st.none() | names,
    runtime=st.booleans(),
    adopted=st.booleans(),
    pending=st.none() | pendings,
    deposed=st.lists(deposeds, max_size=2).map(tuple),
    deployment=st.integers(0, 9),
    row_version=st.integers(1, 9),
)


@dataclass
class Row:
    """A row of the table of resources."""

    address: str
    definition: str
    body: str
    checksum: int


def row(record: ResourceRecord) -> Row:
    definition, body = definition_body(record), resource_body(record)
    return Row(str(record.address), definition, body, checksum(definition + body))


@settings(max_examples=50)
@given(records)
def test_a_record_comes_back_equal(record: ResourceRecord) -> None:
    assert ResourceDecoder().record(row(record)) == record


def test_equal_definitions_are_kept_once_in_memory() -> None:
    decoder = ResourceDecoder()
    first, second = (decoder.record(row(samples.resource(ENVIRONMENT, n))) for n in (1, 2))
    assert first.definition is second.definition


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "{}", '{"format":1}', '{"format":"x"}'])
def test_a_body_that_is_none_is_not_read_as_an_empty_record(body: str) -> None:
    whole = row(samples.resource(ENVIRONMENT))
    broken = Row(whole.address, whole.definition, body, checksum(whole.definition + body))
    with pytest.raises(Exception, match=r"web\.db0") as error:
        ResourceDecoder().record(broken)
    assert type(error.value).__name__ in ("Unreadable", "StateError")


def test_a_body_that_was_altered_is_damaged() -> None:
    whole = row(samples.resource(ENVIRONMENT))
    with pytest.raises(Unreadable):
        ResourceDecoder().record(Row(whole.address, whole.definition, whole.body + " ", whole.checksum))
