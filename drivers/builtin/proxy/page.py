"""The proxy's own pages: what is here when nothing is found, and who is silent when nobody answers."""

from __future__ import annotations

import html
from collections.abc import Iterable

from .head import compose
from .table import Rule

REASONS = {
    400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout", 421: "Misdirected Request",
    431: "Request Header Fields Too Large", 501: "Not Implemented", 502: "Bad Gateway", 504: "Gateway Timeout",
    505: "HTTP Version Not Supported",
}  # fmt: skip

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{status} {reason}</title><style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.6 system-ui, sans-serif; max-width: 42rem; margin: 12vh auto; padding: 0 1.5rem }}
h1 {{ font-weight: 600; font-size: 1.5rem }} h1 span {{ opacity: .5; font-weight: 400 }}
li {{ margin: .3rem 0 }} small, footer {{ opacity: .6 }} footer {{ margin-top: 3rem; font-size: .85rem }}
code {{ font-size: .95em }}
</style></head><body><h1><span>{status}</span> {title}</h1>
{body}<footer>Bakehouse, the environment's proxy</footer></body></html>
"""


def not_found(host: str, path: str, rules: Iterable[Rule], port: int) -> bytes:
    """Nothing is routed here; lists what is."""
    known = list(rules)
    shown = "".join(_item(rule, port) for rule in known)
    body = f"<p>There is no route for <code>{html.escape(host + path)}</code>.</p>\n"
    body += (
        f"<p>This proxy knows:</p>\n<ul>\n{shown}</ul>\n"
        if known
        else "<p>This proxy has no route yet.</p>\n"
    )
    return _document(404, "No route here", body)


def unreachable(rule: Rule) -> bytes:
    """The route is there, and nobody listens behind it."""
    where = f"{html.escape(rule.upstream)}:{rule.port}"
    body = (
        f"<p><strong>{html.escape(rule.name)}</strong> does not answer at <code>{where}</code>.</p>\n"
        "<p>Look with <code>bakehouse status</code> and <code>bakehouse logs</code>.</p>\n"
    )
    return _document(502, f"{html.escape(rule.name)} is down", body)


def plain(status: int) -> bytes:
    """A refusal without further words."""
    return _document(status, REASONS[status], "")


def answer(status: int, document: bytes, *, with_body: bool = True) -> bytes:
    """A whole response, after which the connection ends."""
    fields = (
        (b"Content-Type", b"text/html; charset=utf-8"), (b"Content-Length", b"%d" % len(document)),
        (b"Cache-Control", b"no-store"), (b"X-Content-Type-Options", b"nosniff"), (b"Connection", b"close"),
    )  # fmt: skip
    head = compose((b"HTTP/1.1", b"%d" % status, REASONS[status].encode()), fields)
    return head + document if with_body else head


def _item(rule: Rule, port: int) -> str:
    url = html.escape(f"http://{rule.host}:{port}{rule.path}", quote=True)
    return f'<li><a href="{url}">{url}</a> <small>{html.escape(rule.name)}</small></li>\n'


def _document(status: int, title: str, body: str) -> bytes:
    return _PAGE.format(status=status, reason=REASONS[status], title=title, body=body).encode()
