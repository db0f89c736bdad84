"""A real container engine is there for tests."""

import pytest

from parts.docker import IMAGE, Refused, container_engine

pytestmark = pytest.mark.slow


def test_it_runs_containers_and_is_gone_with_them_after_its_block() -> None:
    with container_engine() as engine:
        assert (
            engine.docker("run", "--rm", "--network=none", IMAGE, "/bin/sh", "-c", "echo bread") == "bread\n"
        )
        engine.docker("run", "--detach", "--network=none", IMAGE, "/bin/sleep", "1000")
        assert engine.docker("compose", "version", "--short").startswith("2.")
    with pytest.raises(Refused, match="docker info ended with 1"):
        engine.docker("info")
