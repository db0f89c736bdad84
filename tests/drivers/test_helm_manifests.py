"""What a chart renders is read as plain data, and never more of it than fits."""

import pytest

from bakehouse.drivers.builtin.helm.manifests import document, objects
from bakehouse.drivers.sdk import PermanentFault


def bomb() -> bytes:
    """Ten lines that stand for 9 to the tenth values."""
    first = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    pairs = zip("abcdefghi", "bcdefghij", strict=True)
    return (first + "".join(f"{to}: &{to} [{', '.join([f'*{of}'] * 9)}]\n" for of, to in pairs)).encode()


@pytest.mark.parametrize("read", [objects, document])
def test_a_short_text_that_stands_for_more_than_fits_is_refused(read: object) -> None:
    assert callable(read)
    with pytest.raises(PermanentFault, match="it holds more than a million values"):
        read(bomb())


def test_an_alias_is_what_it_stands_for() -> None:
    assert document(b"a: &a {heat: 220}\nb: *a\n") == {"a": {"heat": 220}, "b": {"heat": 220}}
