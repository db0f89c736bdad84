"""The files of a snapshot come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.plans.packing import packed, unpacked

FILES = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.binary(max_size=60)
)


@given(FILES)
def test_every_byte_of_every_file_comes_back(files: dict[str, bytes]) -> None:
    assert unpacked(packed(files)) == files


@given(FILES)
def test_equal_files_give_equal_blobs_whatever_their_order(files: dict[str, bytes]) -> None:
    assert packed(dict(reversed(files.items()))) == packed(files)


@pytest.mark.parametrize("blob", [b"", b"[]", b'{"a": 1}', b"\xff"])
def test_anything_else_is_refused(blob: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        unpacked(blob)
