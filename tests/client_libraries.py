"""A driver on a machine that lacks the library by which it talks to its servers."""

import sys
from collections.abc import Mapping
from typing import Any

import pytest

from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import PermanentFault


def assert_it_says_how_to_get(module: str, extra: str, bench: Bench, inputs: Mapping[str, Any]) -> None:
    """Without the module nothing is made, and the hint names the extra that brings it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, module, None)
        with pytest.raises(PermanentFault) as caught:
            bench.create(inputs)
    assert caught.value.hint == f"pip install 'bakehouse[{extra}]'"
