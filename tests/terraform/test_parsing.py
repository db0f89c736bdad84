"""A module's file is parsed once for each user: what is kept is used, mended, and never in the way."""

import subprocess
import sys
from pathlib import Path

import pytest

from bakehouse.drivers.builtin.terraform import parsing
from bakehouse.drivers.builtin.terraform.parsing import BadModule, parsed

TEXT = b'variable "name" {\n  type    = string\n  default = null\n}\n'

LOOKS = """
import sys
from bakehouse.drivers.builtin.terraform.parsing import parsed
parsed("main.tf", sys.stdin.buffer.read())
print("hcl2" in sys.modules)
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, empty, and nothing in the process's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    parsing._hcl.cache_clear()
    return tmp_path / "bakehouse" / "modules"


def test_another_process_reads_what_is_kept_and_starts_no_parser() -> None:
    first, second = (
        subprocess.run([sys.executable, "-c", LOOKS], input=TEXT, capture_output=True, check=True).stdout
        for _ in range(2)
    )
    assert (first, second) == (b"True\n", b"False\n")


def test_what_is_kept_is_what_the_parser_gave(cache: Path) -> None:
    first = parsed("main.tf", TEXT)
    parsing._hcl.cache_clear()
    assert parsed("other.tf", TEXT) == first
    assert len(list(cache.iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b'{"variable": ', b"[]", b"\xff"])
def test_a_damaged_entry_is_read_anew_and_mended(cache: Path, content: bytes) -> None:
    whole = parsed("main.tf", TEXT)
    (entry,) = cache.iterdir()
    entry.write_bytes(content)
    parsing._hcl.cache_clear()
    assert parsed("main.tf", TEXT) == whole
    parsing._hcl.cache_clear()
    assert entry.stat().st_size > len(content)


def test_a_cache_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "bakehouse").write_text("in the way")
    assert "variable" in parsed("main.tf", TEXT)


def test_the_cache_is_the_users_alone(cache: Path) -> None:
    parsed("main.tf", TEXT)
    assert [p.stat().st_mode & 0o077 for p in (cache, *cache.iterdir())] == [0, 0]


def test_what_cannot_be_read_is_told_at_its_line_each_time_and_not_kept(cache: Path) -> None:
    for path in ("main.tf", "other.tf"):
        with pytest.raises(BadModule) as error:
            parsed(path, b'variable "x" {\n  = \n}\n')
        assert (error.value.file, error.value.line) == (path, 2)
    assert not cache.exists()
