"""Promises about secrets: no clear text where anybody could read it."""

from __future__ import annotations

import logging
from pathlib import Path

import orjson
import pytest

from ...graph.encoding import encode
from ..sdk import Fault, Result
from .bench import Bench
from .hooks import Failing, Hooks, Inputs


class Secrecy(Hooks):
    """Secrets given and secrets made are sought wherever they must not be."""

    def test_no_secret_is_shown_or_recorded_in_clear(
        self,
        bench: Bench,
        inputs: Inputs,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        """Neither by results, models, records, messages, logs nor print, and in no file that others may read."""
        caplog.set_level(logging.DEBUG)
        model = bench.validated(inputs)
        result: Result = bench.driver.create(bench.context(), model)
        held = bench.recorded(inputs, result)
        try:
            seen = [repr(result), str(result.outputs), str(model), repr(model), *bench.said, caplog.text]
            seen += [orjson.dumps(encode(part)).decode() for part in (held.outputs, held.private)]
            seen += [repr(bench.plan(inputs, held)), repr(bench.read(held)), *capfd.readouterr()]
            secrets = [text for text in bench.vault.clear if text]
            assert [text for text in secrets if any(text in place for place in seen)] == []
            assert [str(file) for file in _open_files(bench.folder) if _holds(file, secrets)] == []
        finally:
            bench.delete(held)

    def test_no_fault_tells_a_secret(
        self, bench: Bench, inputs: Inputs, failing: tuple[Failing, ...], caplog: pytest.LogCaptureFixture
    ) -> None:
        """Errors quote what was asked, never the secrets it was asked with."""
        if not failing:
            pytest.skip("no failing cases given")
        for case in failing:
            bench.connection = case.connection or bench.connection
            try:
                bench.create(case.inputs or inputs)
            except Exception as error:
                told = f"{error!r} {error} {error.hint if isinstance(error, Fault) else ''} {caplog.text}"
                assert [text for text in bench.vault.clear if text in told] == []


def _open_files(folder: Path) -> list[Path]:
    return [f for f in folder.rglob("*") if f.is_file() and not f.is_symlink() and f.stat().st_mode & 0o077]


def _holds(file: Path, secrets: list[str]) -> bool:
    content = file.read_bytes()
    return any(text.encode() in content for text in secrets)
