"""Known secrets are taken out of any text, in the forms that programs write them."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.drivers.secrets import scrub

ODD = "p@ss/w'ö\"rd\n\\ +%"


@pytest.mark.parametrize(
    "form",
    [
        ODD,
        repr(ODD),
        json.dumps(ODD),
        json.dumps(ODD, ensure_ascii=False),
        quote(ODD),
        quote(ODD, safe=""),
        quote_plus(ODD),
        base64.b64encode(ODD.encode()).decode(),
    ],
)
def test_every_written_form_is_found(form: str) -> None:
    scrubbed = scrub(f"could not log in with {form} at db", [ODD])
    assert scrubbed.strip("'\"").startswith("could not log in with ")
    assert scrubbed.replace("'", "").replace('"', "") == "could not log in with *** at db"


def test_the_longest_secret_goes_first() -> None:
    assert scrub("key=abcdef", ["abc", "abcdef"]) == "key=***"


def test_a_line_of_a_long_secret_is_found_alone() -> None:
    key = "-----BEGIN-----\nMIIBOgIBAAJBAKj34GkxFhD9\nxx\n-----END-----"
    assert scrub("bad line MIIBOgIBAAJBAKj34GkxFhD9", [key]) == "bad line ***"
    assert scrub("xx", [key]) == "xx"


def test_without_secrets_nothing_changes() -> None:
    assert scrub("text", []) == "text"
    assert scrub("text", [""]) == "text"


@given(st.text(min_size=4), st.text(), st.text())
def test_no_secret_survives(secret: str, before: str, after: str) -> None:
    assert secret not in scrub(before + secret + after, [secret]).replace("***", "\0") or secret in "\0"
