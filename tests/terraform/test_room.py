"""Runs at once: as many as the memory is enough for."""

import contextlib
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from bakehouse.drivers.builtin.terraform import Terraform
from bakehouse.drivers.builtin.terraform.room import EACH, memory, room
from bakehouse.drivers.conformance.bench import Bench
from bakehouse.drivers.sdk import TransientFault


@pytest.mark.parametrize(("bytes_", "places"), [(EACH // 2, 1), (EACH, 1), (3 * EACH, 3)])
def test_there_is_a_place_for_each_run_that_fits_and_at_least_one(
    tmp_path: Path, bytes_: int, places: int
) -> None:
    with Bench(Terraform(), tmp_path) as bench:
        late = replace(bench.context(), deadline=time.monotonic())
    with contextlib.ExitStack() as held:
        for _ in range(places):
            held.enter_context(room(tmp_path, late, bytes_))
        with (
            pytest.raises(TransientFault, match=f"{places} runs of Terraform at once"),
            room(tmp_path, late, bytes_),
        ):
            pass
    with room(tmp_path, late, bytes_):
        pass


def test_a_limit_of_the_control_group_counts(tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    whole = memory(limit)
    limit.write_text("max\n")
    assert memory(limit) == whole
    limit.write_text(f"{EACH}\n")
    assert memory(limit) == EACH
