"""What the driver takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from ..remote.models import RemoteInputs


def _one_word(word: str) -> str:
    if "\0" in word:
        raise ValueError("an argument holds no NUL character")
    return word


Word = Annotated[str, AfterValidator(_one_word)]


class ExecInputs(RemoteInputs):
    """``command`` is the executable and its arguments, which hold no secret: everybody can read them.

    A name without a slash is looked for on PATH; a relative path starts at the application's folder, which is also
    the working directory.
    """

    command: Annotated[list[Word], Field(min_length=1)]
