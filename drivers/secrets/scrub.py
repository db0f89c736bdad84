"""Takes known secrets out of text that somebody else wrote: messages, output of programs."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from ...graph.values import HIDDEN

_LINE = 8


def scrub(text: str, clears: Iterable[str]) -> str:
    """``text`` with every occurrence of the clear texts replaced by ``***``.

    Found as they are, as Python and JSON write them, quoted for URLs, in base64 of both alphabets, and line by
    line where a secret has lines of at least eight characters. The longest form is replaced first, so that no
    rest of it stays.
    """
    forms = {form for clear in clears for form in _forms(clear) if form}
    if not forms:
        return text
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return re.sub("|".join(map(re.escape, longest_first)), HIDDEN, text)


def _forms(clear: str) -> Iterator[str]:
    yield clear
    raw = clear.encode("utf-8", "surrogateescape")
    yield repr(clear)[1:-1]
    yield json.dumps(clear)[1:-1]
    yield json.dumps(clear, ensure_ascii=False)[1:-1]
    yield from (quote(raw), quote(raw, safe=""), quote_plus(raw))
    yield quote(raw, safe="").lower()
    for plain in (base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()):
        yield from (plain, plain.rstrip("="))
    if "\n" in clear:
        yield from (line.strip() for line in clear.splitlines() if len(line.strip()) >= _LINE)
