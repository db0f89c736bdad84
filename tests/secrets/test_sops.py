"""Files that the program SOPS encrypted are opened, and what was changed by anything else is refused.

The fixtures were written by sops 3.13.3 for the key beside them, which opens nothing else.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bakehouse.drivers.secrets import SecretError
from bakehouse.drivers.secrets.sops import Identities, SopsStore
from bakehouse.graph.sealed import sealed_version

FIXTURES = Path(__file__).parent / "fixtures"
YAML, ONLY, LATER, JSON = (
    "values.sops.yaml",
    "only-encrypted.sops.yaml",
    "later.sops.yaml",
    "values.sops.json",
)
CLEAR = "planted-in-a-file-5f2c9d"


def store(
    name: str,
    change: Callable[[str], str] = lambda text: text,
    home: str = "/nonexistent",
    environ: dict[str, str] | None = None,
) -> SopsStore:
    text = change((FIXTURES / name).read_text())
    given = {"SOPS_AGE_KEY_FILE": str(FIXTURES / "age.key")} if environ is None else environ
    return SopsStore(
        lambda path: [text.encode()] if path == name else [], Identities({"HOME": home, **given})
    )


def _over(content: bytes) -> SopsStore:
    return SopsStore(lambda path: [content], Identities({}))


def code(error: pytest.ExceptionInfo[SecretError]) -> str:
    return error.value.diagnostics[0].code


@pytest.mark.parametrize(
    ("ref", "clear"),
    [
        (f"{YAML}#database/password", CLEAR),
        (f"{YAML}#/database/password", CLEAR),
        (f"{YAML}#database/port", "5432"),
        (f"{YAML}#database/ratio", "1.5"),
        (f"{YAML}#database/big", "1000000000000000000000"),
        (f"{YAML}#database/tls", "true"),
        (f"{YAML}#database/odd~1key~0", "slash"),
        (f"{YAML}#database/hosts/0", "one"),
        (f"{YAML}#database/hosts/1/token", "\u00fcmlaut\nline"),
        (f"{ONLY}#database/password", CLEAR),
        (f"{JSON}#a/b", "x \u00e9 \U0001f600"),
        (f"{JSON}#a/list/1", "two"),
    ],
)
def test_every_kind_of_value_is_opened(ref: str, clear: str) -> None:
    assert store(ref.partition("#")[0]).reveal(ref, None) == clear


def test_only_what_was_changed_has_another_version() -> None:
    """`later` is the same file after `sops set` of one value."""
    contents = [(FIXTURES / name).read_bytes() for name in (YAML, LATER)]
    before, after = (_over(content) for content in contents)
    refs = {key: f"{YAML}#database/{key}" for key in ("password", "port", "hosts/1/token")}
    moved = {key for key, ref in refs.items() if before.version_of(ref) != after.version_of(ref)}
    assert moved == {"password"}


def test_a_version_needs_no_key() -> None:
    line = next(n for n in (FIXTURES / YAML).read_text().splitlines() if "password:" in n)
    found = SopsStore(lambda path: [(FIXTURES / YAML).read_bytes()], Identities({})).version_of(
        f"{YAML}#database/password"
    )
    assert found == sealed_version(line.split(": ", 1)[1])


def _lines(text: str, first: str, second: str) -> str:
    """Two values change places."""
    lines = text.splitlines()
    one, two = (
        next(i for i, n in enumerate(lines) if n.strip().startswith(f"{k}:")) for k in (first, second)
    )
    values = lines[one].split(": ", 1)[1], lines[two].split(": ", 1)[1]
    lines[one] = lines[one].replace(values[0], values[1])
    lines[two] = lines[two].replace(values[1], values[0])
    return "\n".join(lines)


def _without(text: str, key: str) -> str:
    return "\n".join(n for n in text.splitlines() if not n.strip().startswith(f"{key}:"))


TAMPERED: dict[str, Callable[[str], str]] = {
    "a value that is not encrypted was changed": lambda t: t.replace("unencrypted: eu", "unencrypted: us"),
    "a value was removed": lambda t: _without(t, "port"),
    "two values changed places": lambda t: _lines(t, "port", "tls"),
    "a value was taken from an older file": lambda t: t.replace(
        _value(t), _value((FIXTURES / LATER).read_text())
    ),
    "an encrypted value was written in clear": lambda t: t.replace(_value(t, "port"), "5432x"),
    "the moment of the last change was changed": lambda t: t.replace(
        'lastmodified: "20', 'lastmodified: "21'
    ),
    "the checksum was removed": lambda t: _without(t, "mac"),
    "a letter of a ciphertext was changed": lambda t: t.replace(
        _value(t), _value(t).replace("data:", "data:AAAA", 1)
    ),
    "a ciphertext is no base64": lambda t: t.replace(_value(t), _value(t).replace("data:", "data:*", 1)),
}


def _value(text: str, key: str = "password") -> str:
    return next(n for n in text.splitlines() if n.strip().startswith(f"{key}:")).split(": ", 1)[1]


@pytest.mark.parametrize("what", TAMPERED)
def test_a_file_that_was_tampered_with_is_refused(what: str) -> None:
    change = TAMPERED[what]
    assert change((FIXTURES / YAML).read_text()) != (FIXTURES / YAML).read_text()
    with pytest.raises(SecretError) as error:
        store(YAML, change).reveal(f"{YAML}#database/password", None)
    assert code(error) == "secret-damaged"
    assert CLEAR not in str(error.value)


def test_what_stands_in_clear_is_no_secret() -> None:
    with pytest.raises(SecretError) as error:
        store(YAML).reveal(f"{YAML}#region_unencrypted", None)
    assert code(error) == "secret-missing"


@pytest.mark.parametrize(
    "environ",
    [
        {"SOPS_AGE_KEY_FILE": str(FIXTURES / "age.key")},
        {"SOPS_AGE_KEY": (FIXTURES / "age.key").read_text()},
        {
            "SOPS_AGE_KEY": (FIXTURES / "other.key").read_text(),
            "SOPS_AGE_KEY_FILE": str(FIXTURES / "age.key"),
        },
    ],
)
def test_the_key_comes_from_where_sops_takes_it(environ: dict[str, str]) -> None:
    assert store(YAML, environ=environ).reveal(f"{YAML}#database/password", None) == CLEAR


def test_the_key_may_lie_in_the_folder_of_sops(tmp_path: Path) -> None:
    usual = tmp_path / ".config" / "sops" / "age" / "keys.txt"
    usual.parent.mkdir(parents=True)
    shutil.copy(FIXTURES / "age.key", usual)
    found = store(YAML, home=str(tmp_path), environ={})
    assert found.reveal(f"{YAML}#database/password", None) == CLEAR


def test_each_of_several_recipients_opens_the_file() -> None:
    for name in ("age.key", "other.key"):
        found = store(JSON, environ={"SOPS_AGE_KEY_FILE": str(FIXTURES / name)})
        assert found.reveal(f"{JSON}#a/list/1", None) == "two"


@pytest.mark.parametrize(
    ("environ", "expected", "said"),
    [
        ({}, "no-age-key", "neither SOPS_AGE_KEY nor SOPS_AGE_KEY_FILE is set"),
        (
            {"SOPS_AGE_KEY_FILE": "/nonexistent/key"},
            "no-age-key",
            "cannot be read: No such file or directory",
        ),
        ({"SOPS_AGE_KEY_FILE": str(FIXTURES / "other.key")}, "wrong-age-key", "it is encrypted for age1"),
        (
            {"SOPS_AGE_KEY": "AGE-SECRET-KEY-1NONSENSE"},
            "wrong-age-key",
            "begins like an age key, but is none",
        ),
    ],
)
def test_what_is_wrong_with_the_key_is_told(environ: dict[str, str], expected: str, said: str) -> None:
    with pytest.raises(SecretError) as error:
        store(YAML, environ=environ).reveal(f"{YAML}#database/password", None)
    assert code(error) == expected
    assert said in error.value.diagnostics[0].message
    assert "NONSENSE" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: 1", "is not encrypted by SOPS"),
        ("", "is not encrypted by SOPS"),
        ("[", "cannot be read"),
        ("a: &x [1]\nb: *x\nsops: {mac: x}", "uses anchors"),
        ("a: 1\na: 2\nsops: {}", "holds a key twice"),
        ("a: 1\nsops: {}\n---\nb: 1", "holds several documents"),
        ("? [a]\n: 1\nsops: {}", "has a key that is no text"),
        ("a: " + "[" * 200 + "]" * 200 + "\nsops: {}", "is nested deeper"),
        ("\x00", "cannot be read"),
    ],
)
def test_what_is_no_encrypted_file_is_told(content: str, said: str) -> None:
    found = SopsStore(lambda path: [content.encode()], Identities({}))
    assert found.version_of("a.yaml#a") is None
    with pytest.raises(SecretError) as error:
        found.reveal("a.yaml#a", None)
    assert code(error) == "sops-unsupported"
    assert said in error.value.diagnostics[0].message


def test_a_file_for_other_kinds_of_keys_says_what_would_help() -> None:
    with pytest.raises(SecretError) as error:
        store(YAML, lambda text: text.replace("    age:", "    pgp:")).reveal(
            f"{YAML}#database/password", None
        )
    assert code(error) == "sops-unsupported"
    assert "sops rotate --add-age" in (error.value.diagnostics[0].hint or "")
