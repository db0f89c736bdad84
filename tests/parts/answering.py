"""Asking a server over HTTP whether it is there yet."""

import contextlib
import ssl
import urllib.error
import urllib.request


def answers(request: urllib.request.Request, trusted: ssl.SSLContext | None = None) -> bytes:
    """What it says with success, or nothing: whether it is not there, not ready, or refuses. No proxy is asked."""
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if trusted is not None:
        handlers.append(urllib.request.HTTPSHandler(context=trusted))
    with (
        contextlib.suppress(urllib.error.URLError, OSError),
        urllib.request.build_opener(*handlers).open(request, timeout=5) as answer,
    ):
        return bytes(answer.read())
    return b""
