"""The shop's worker: takes orders from the web service, bakes them, and leaves a ticket for each."""

import http.client
import json
import logging
import os
import signal
import sys
import threading
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LOG = logging.getLogger("shop.worker")


class Counter:
    """The web service's counter, where orders are taken and handed back."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def take(self) -> dict[str, Any] | None:
        """The next order, or None when nobody waits."""
        answer = self._post("/api/next")
        return json.loads(answer) if answer else None

    def hand_over(self, number: int) -> None:
        """Say that an order is baked."""
        self._post(f"/api/orders/{number}/baked")

    def _post(self, path: str) -> bytes:
        request = urllib.request.Request(self._url + path, data=b"", method="POST")
        with urllib.request.urlopen(request, timeout=5) as answer:
            content: bytes = answer.read()
        return content


def write_ticket(folder: Path, order: dict[str, Any]) -> None:
    """Leave the ticket of a baked order where the web service reads it: whole, or not at all."""
    target = folder / f"{order['id']}.txt"
    draft = target.with_suffix(".draft")
    baked = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    draft.write_text(
        f"Order {order['id']}\n{order['bread']}\nfor {order['customer']}\nbaked {baked}\n", encoding="utf-8"
    )
    draft.replace(target)


def work(counter: Counter, tickets: Path, seconds: float, stop: threading.Event) -> None:
    """Bake one order after the other until told to stop; a closed shop is asked again a second later."""
    is_open = True
    while not stop.is_set():
        try:
            order = counter.take()
            if order is not None:
                LOG.info("order %d goes into the oven: %s", order["id"], order["bread"])
                if stop.wait(seconds):
                    return
                write_ticket(tickets, order)
                counter.hand_over(order["id"])
                LOG.info("order %d is baked", order["id"])
            is_open = True
        except (OSError, http.client.HTTPException) as error:
            LOG.log(logging.WARNING if is_open else logging.DEBUG, "the shop does not answer: %s", error)
            is_open = False
            order = None
        stop.wait(0.05 if order else 1.0)


def main() -> int:
    """Work until SIGTERM. Settings come from the environment."""
    logging.basicConfig(
        level=os.environ.get("LOG_LEVEL", "info").upper(),
        format="%(asctime)s %(levelname)s %(message)s",
        stream=sys.stderr,
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    root = Path(os.environ.get("BAKEHOUSE_ROOT", "/"))
    seconds = float(os.environ.get("BAKING_SECONDS", "1"))
    url = os.environ["SHOP_URL"]
    LOG.info("the oven is hot, orders come from %s", url)
    work(Counter(url), root / "var/tickets", seconds, stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
