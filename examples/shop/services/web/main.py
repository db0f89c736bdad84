"""The shop's web service: a page with the orders, a form to place one, and the worker's way to them."""

import logging
import os
import signal
import sys
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

from handler import Handler, Shop
from orders import Orders
from page import Page

LOG = logging.getLogger("shop.web")


def main() -> int:
    """Serve until SIGTERM. Settings come from the environment, files from below BAKEHOUSE_ROOT."""
    logging.basicConfig(
        level=os.environ.get("LOG_LEVEL", "info").upper(),
        format="%(asctime)s %(levelname)s %(message)s",
        stream=sys.stderr,
    )
    root = Path(os.environ.get("BAKEHOUSE_ROOT", "/"))
    shop = Shop(
        orders=Orders(os.environ["DATABASE_URL"]),
        page=Page(
            root / "etc/shop/page.html",
            os.environ.get("SHOP_TITLE", "The shop"),
            os.environ.get("SHOP_FOOTNOTE", ""),
        ),
        theme=root / "etc/shop/theme.css",
        tickets=root / "var/tickets",
    )
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    server = ThreadingHTTPServer(address, type("ShopHandler", (Handler,), {"shop": shop}))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    LOG.info("open on %s:%d", *address)
    with server:
        server.serve_forever(poll_interval=0.1)
    LOG.info("closed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
