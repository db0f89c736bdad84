"""Promises about planning: schemas that say what is given, proposals over unknown inputs, status at once, old records."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from ...graph.address import Address
from ...graph.encoding import decode, encode
from ...graph.types import output_fields
from ...graph.values import Unknown
from ..sdk import CreateMode, Driver, PermanentFault, Prior
from .bench import Bench
from .hooks import Hooks, Inputs

STATUS_SECONDS = 0.010
ACTIONS = {"no-op", "update", "replace"}


class Planning(Hooks):
    """What a plan may rely on without touching the world."""

    def test_its_schemas_are_plain_json_and_equal_each_time(
        self, driver: Driver[Any, Any], inputs: Inputs
    ) -> None:
        """The description is pure; the graph is checked against it."""
        first, second = driver.describe(inputs), driver.describe(inputs)
        assert first == second
        for schema in (first.inputs, first.outputs):
            assert orjson.loads(orjson.dumps(schema)) == schema
            assert schema.get("type") == "object"
        assert driver.connection_kind in (None, first.connection_kind)
        assert first.connection_kind is None or driver.connection is not None

    def test_it_declares_what_it_gives(self, bench: Bench, inputs: Inputs) -> None:
        """Outputs carry the declared names only, and all that are not optional."""
        schema = bench.driver.describe(inputs).outputs
        fields = output_fields(schema)
        held = bench.create(inputs)
        bench.delete(held)
        assert {n for n, f in fields.items() if not f.optional} <= set(held.outputs)
        assert schema.get("additionalProperties") or set(held.outputs) <= set(fields)

    def test_what_it_records_survives_being_stored(self, bench: Bench, inputs: Inputs) -> None:
        """Outputs and private state are JSON values: written and read they are the same, and serve the next call."""
        held = bench.create(inputs)
        try:
            for part in (held.outputs, held.private):
                assert decode(orjson.loads(orjson.dumps(encode(part)))) == part
        finally:
            bench.delete(held)

    def test_it_plans_with_unknown_inputs(self, bench: Bench, inputs: Inputs) -> None:
        """Each input in turn is not known yet; planning must cope, for a create and for an update."""
        held = bench.create(inputs)
        try:
            for name in inputs:
                planned = {**inputs, name: Unknown(Address.parse("upstream#x"), (name,))}
                for about in (None, held):
                    proposal = bench.plan(planned, about)
                    if proposal is not None:
                        assert proposal.action in ACTIONS
                        encode(proposal.outputs)
        finally:
            bench.delete(held)

    def test_it_proposes_nothing_where_nothing_changed(self, bench: Bench, inputs: Inputs) -> None:
        """A proposal for the recorded inputs is never a replacement."""
        held = bench.create(inputs)
        try:
            proposal = bench.plan(inputs, held)
            assert proposal is None or proposal.action in {"no-op", "update"}
        finally:
            bench.delete(held)

    def test_status_answers_at_once(self, bench: Bench, inputs: Inputs) -> None:
        """Where every plan asks it, the best of five answers stays below 10 ms; after the delete it says no."""
        if not bench.driver.ephemeral_runtime(inputs):
            pytest.skip("does not die with the machine")
        held = bench.create(inputs)
        try:
            took: list[float] = []
            for _ in range(5):
                start = time.perf_counter()
                assert bench.status(held).running
                took.append(time.perf_counter() - start)
        finally:
            bench.delete(held)
        assert min(took) < STATUS_SECONDS
        assert not bench.status(held).running

    def test_it_reads_records_of_its_older_versions(
        self, driver: Driver[Any, Any], old_records: Mapping[int, Prior]
    ) -> None:
        """Each older schema version can be brought to this one, and a version that never was is refused."""
        for version in range(1, driver.schema_version):
            assert version in old_records, f"give a record of schema version {version}"
            assert driver.upgrade(version, old_records[version]).schema_version == driver.schema_version
        with pytest.raises(PermanentFault):
            driver.upgrade(0, Prior({}, {}, {}, 0))

    def test_it_offers_what_its_create_mode_asks(self, driver: Driver[Any, Any]) -> None:
        """The operations that the engine will call are there."""
        if driver.create_mode is CreateMode.PURE:
            assert driver.offers("create")
            return
        assert all(driver.offers(operation) for operation in ("create", "read", "update", "delete"))
        assert driver.create_mode is not CreateMode.FINDABLE or driver.offers("find")
