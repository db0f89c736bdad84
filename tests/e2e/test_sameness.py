"""Ten thousand resources by fresh processes: one plan and one outcome, whatever the hash seed and the parallelism."""

import json
import os
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from desk import PLAIN
from folders import written
from warm import fresh

pytestmark = [pytest.mark.slow, pytest.mark.scenario(34)]

COUNT = 10_000
LAYERS = 10
FOLDERS = 400
"""So many of them are real folders, which are made in threads; the others are values."""
WAYS = (("0", 1), ("1", 8), ("4242", 64))
"""Hash seeds and parallelism."""
PLATFORM = """\
apiVersion: bakehouse.dev/v1
kind: ResourceType
metadata: {name: note}
spec:
  params: {type: object, properties: {text: {type: string}, reads: {type: array}}}
  outputs: {type: object, properties: {text: {type: string}, reads: {type: array}}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceType
metadata: {name: folder}
spec:
  params: {type: object, properties: {text: {type: string}, reads: {type: array}}}
  outputs: {type: object, properties: {text: {type: string}}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: note}
spec:
  type: note
  driver: template
  match: [{}]
  inputs: {values: {text: "${resource.params.text}", reads: "${resource.params.reads}"}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: folder}
spec:
  type: folder
  driver: volume
  match: [{}]
  inputs: {name: "${resource.params.text}"}
  outputs: {text: "${resource.params.text}"}
"""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
SEAL = re.compile(r'"envelope_digest":"[0-9a-f]{64}"')
SECONDS = re.compile(r'"seconds":\s?[0-9.e-]+')
VOLATILE = {"id", "serial", "checksum", "acquired_ms", "expires_ms", "key_id"}
"""Columns of order, of the number of transactions, of time, and of what contains these."""


def shared() -> str:
    """Ten layers, each node reading two of the layer before."""
    width = COUNT // LAYERS
    lines: list[str] = []
    for number in range(COUNT):
        layer, place = divmod(number, width)
        before = (
            {(layer - 1) * width + place, (layer - 1) * width + (place * 7 + 3) % width} if layer else set()
        )
        reads = ", ".join(f'"${{resources.n{other}.text}}"' for other in sorted(before))
        kind = "folder" if place < FOLDERS // LAYERS else "note"
        lines.append(f"    n{number}: {{type: {kind}, params: {{text: t{number}, reads: [{reads}]}}}}\n")
    return "".join(lines)


def run(folder: Path, seed: str, *words: str) -> str:
    """What a fresh process prints, with a home of its own beside the folder."""
    home = folder.with_name(f"{folder.name}-home")
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
        "HOME": str(home),
        "PYTHONHASHSEED": seed,
        "NO_COLOR": "1",
    }
    done = fresh((*words, "--no-input"), folder, variables, seconds=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The application and its environment, before anything is applied."""
    head = "apiVersion: bakehouse.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec:\n"
    files = {
        "platform/all.yaml": PLAIN + PLATFORM,
        "bakehouse.yaml": f"{head}  workloads: []\n  platform: ./platform\n  shared:\n{shared()}",
    }
    folder = written(tmp_path_factory.mktemp("estate") / "a", files)
    folder.with_name("a-home").mkdir()
    run(folder, "0", "env", "create", "one", "--type", "plain")
    return folder


def saved(file: Path) -> dict[str, bytes]:
    """The members of a saved plan, and their order; the moment of its making is left out, and the digest over it."""
    with zipfile.ZipFile(file) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    found["envelope.json"] = SEAL.sub("", MOMENT.sub("", found["envelope.json"].decode())).encode()
    found["in this order"] = "\n".join(found).encode()
    return found


def test_plans_are_equal_to_the_byte_in_every_format(estate: Path) -> None:
    def planned(way: tuple[str, int]) -> tuple[str, str, dict[str, bytes]]:
        seed, parallelism = way
        file = estate / f"{seed}.plan"
        text = run(estate, seed, "plan", "-v", "-j", str(parallelism), "--out", str(file))
        data = run(estate, seed, "plan", "-j", str(parallelism), "--json")
        return text, MOMENT.sub("", data), saved(file)

    with ThreadPoolExecutor(2) as workers:
        first, *others = workers.map(planned, WAYS)
    assert f"{COUNT:,} to create" in first[0]
    assert len(json.loads(first[1])["changes"]) == COUNT
    assert "changes.jsonl" in first[2]
    for other in others:
        assert other[0] == first[0], "the text"
        assert other[1] == first[1], "the JSON"
        assert other[2] == first[2], "the saved plan"


def recorded(folder: Path) -> dict[str, list[Any]]:
    """All rows of all tables of the state, in an order of their own, without times."""
    found: dict[str, list[Any]] = {}
    with sqlite3.connect(folder / ".bakehouse" / "state.db") as database:
        database.row_factory = sqlite3.Row
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            rows = [_timeless(row, folder) for row in database.execute(f'SELECT * FROM "{name}"')]
            # A row of events holds those of one transaction.
            each = [event for *_, body in rows for event in json.loads(body)] if name == "event" else rows
            found[name] = sorted(each, key=repr)
    return found


def _timeless(row: Mapping[str, Any], folder: Path) -> tuple[Any, ...]:
    return tuple(
        timeless(value, folder) if isinstance(value, str) else value
        for name, value in dict(row).items()
        if name not in VOLATILE
    )


def timeless(text: str, folder: Path) -> str:
    return SECONDS.sub("", MOMENT.sub("", text)).replace(str(folder), "")


def test_applies_come_to_the_same_state_by_the_same_events(estate: Path) -> None:
    copies = {estate: WAYS[0], estate.with_name("b"): WAYS[2]}
    run(estate, "1", "plan", "-q", "--out", "p.plan")
    for copy in list(copies)[1:]:
        shutil.copytree(estate, copy)
        copy.with_name(f"{copy.name}-home").mkdir()

    def applied(folder: Path) -> list[str]:
        seed, parallelism = copies[folder]
        told = run(folder, seed, "apply", "p.plan", "--auto-approve", "-j", str(parallelism), "--json")
        return sorted(timeless(line, folder) for line in told.splitlines())

    with ThreadPoolExecutor(2) as workers:
        first, second = workers.map(applied, copies)
    assert sum('"event":"step-finished"' in line for line in first) == COUNT
    assert first == second, "the events"
    states = [recorded(folder) for folder in copies]
    assert len(states[0]["resource"]) == COUNT
    assert len(states[0]["step"]) >= COUNT
    for name in states[0]:
        assert states[0][name] == states[1][name], name
    for folder, (seed, _) in copies.items():
        assert "Nothing to do" in run(folder, seed, "plan")
