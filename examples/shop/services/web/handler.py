"""What the shop answers to which request."""

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
from orders import Orders
from page import BREADS, Page

LOG = logging.getLogger("shop.web")
STATIC = Path(__file__).parent / "static"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
LARGEST_FORM = 10_000
CLOSED = "The database does not answer at the moment. Your order is not lost: it was not taken yet."


@dataclass(frozen=True)
class Shop:
    """Everything that a request may need."""

    orders: Orders
    page: Page
    theme: Path
    tickets: Path


class Handler(BaseHTTPRequestHandler):
    """One request. The class is given its ``shop`` before the server starts."""

    shop: Shop
    server_version = "shop"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def handle(self) -> None:
        """Answer; a caller that goes away in the middle is no failure of the shop's."""
        try:
            super().handle()
        except ConnectionError as gone:
            LOG.debug("a caller went away: %s", gone)

    def do_GET(self) -> None:
        """Pages and files."""
        path = urlsplit(self.path).path
        if path == "/":
            self._guarded(self._home)
        elif path == "/healthz":
            self._guarded(self._health)
        elif path == "/api/orders":
            self._guarded(self._list)
        elif path == "/theme.css":
            self._file(self.shop.theme)
        elif found := re.fullmatch(r"/static/([a-z]+\.[a-z]+)", path):
            self._file(STATIC / found[1])
        elif found := re.fullmatch(r"/tickets/(\d{1,18})", path):
            self._file(self.shop.tickets / f"{found[1]}.txt")
        else:
            self._text(HTTPStatus.NOT_FOUND, "There is no such page.\n")

    def do_POST(self) -> None:
        """Orders: placed by customers, taken and finished by the worker."""
        path = urlsplit(self.path).path
        body = self._body()
        if body is None:
            self._text(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That is more than an order.\n")
        elif path == "/orders":
            self._guarded(lambda: self._place(body))
        elif path == "/api/next":
            self._guarded(self._take)
        elif found := re.fullmatch(r"/api/orders/(\d{1,18})/baked", path):
            number = int(found[1])
            self._guarded(lambda: self._finish(number))
        else:
            self._text(HTTPStatus.NOT_FOUND, "There is no such page.\n")

    def _guarded(self, answer: Callable[[], None]) -> None:
        """Answer, or say that the database is down; what the database said goes to the log only."""
        try:
            answer()
        except psycopg.Error as error:
            LOG.error("the database: %s", str(error).strip())
            page = self.shop.page.html([], CLOSED) if self.path == "/" else CLOSED + "\n"
            kind = "text/html" if self.path == "/" else "text/plain"
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, page.encode(), kind)

    def _home(self) -> None:
        self._send(HTTPStatus.OK, self.shop.page.html(self.shop.orders.latest()).encode(), "text/html")

    def _health(self) -> None:
        self.shop.orders.check()
        self._text(HTTPStatus.OK, "ok\n")

    def _list(self) -> None:
        self._json([order.as_json() for order in self.shop.orders.latest()])

    def _place(self, body: bytes) -> None:
        form = parse_qs(body.decode(errors="replace"))
        bread = form.get("bread", [""])[0]
        customer = " ".join(form.get("customer", [""])[0].replace("\0", "").split())[:60]
        if bread not in BREADS or not customer:
            self._text(HTTPStatus.BAD_REQUEST, "An order names one of our breads, and a customer.\n")
            return
        number = self.shop.orders.place(bread, customer)
        LOG.info("order %d: %s", number, bread)
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _take(self) -> None:
        order = self.shop.orders.take()
        if order is None:
            self._send(HTTPStatus.NO_CONTENT, b"", "text/plain")
        else:
            self._json(order.as_json())

    def _finish(self, number: int) -> None:
        if self.shop.orders.finish(number):
            self._json({"id": number, "state": "baked"})
        else:
            self._text(HTTPStatus.NOT_FOUND, "There is no such order.\n")

    def _body(self) -> bytes | None:
        """The request's body, or None when it is too long."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_FORM:
            self.close_connection = True
            return None
        return self.rfile.read(int(length))

    def _file(self, path: Path) -> None:
        try:
            content = path.read_bytes()
        except OSError:
            self._text(HTTPStatus.NOT_FOUND, "There is no such page.\n")
            return
        self._send(HTTPStatus.OK, content, KINDS.get(path.suffix, "application/octet-stream"))

    def _json(self, value: object) -> None:
        self._send(HTTPStatus.OK, json.dumps(value).encode(), "application/json")

    def _text(self, status: HTTPStatus, text: str) -> None:
        self._send(status, text.encode(), "text/plain")

    def _send(self, status: HTTPStatus, content: bytes, kind: str) -> None:
        self.send_response(status)
        if status != HTTPStatus.NO_CONTENT:
            charset = "" if kind in ("application/json", "application/octet-stream") else "; charset=utf-8"
            self.send_header("Content-Type", kind + charset)
            self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Requests are worth a line only to who asked for the level ``debug``."""
        LOG.debug(*args)
