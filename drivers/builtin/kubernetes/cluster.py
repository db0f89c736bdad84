"""Requests to one cluster, and the kinds that it serves.

The library's connections and credentials are used, not its methods: these differ from one release to the next, and
hide what the server says.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from msgspec import Struct

from ....graph.narrow import is_map
from ...sdk import Context, Fault, TransientFault
from .faults import Missing, Refused, answered, held_by, unreachable
from .objects import Identity, Object, metadata, parts

MANAGER = "bakehouse"
"""The field manager of everything that we apply."""

_CONNECT_SECONDS = 10.0
_REQUEST_SECONDS = 60.0
_PAGE = 500
_PAUSES = (0.2, 0.5, 1.0, 2.0)
"""Seconds between questions to a server that does not say how long to wait."""


class Kind(Struct, frozen=True):
    """How a served kind is addressed. ``path`` is that of its version, ``plural`` its name in addresses."""

    api_version: str
    kind: str
    path: str
    plural: str
    namespaced: bool

    def collection(self, namespace: str | None) -> str:
        """The address of all its objects, in a namespace where one is given."""
        inside = f"/namespaces/{quote(namespace, safe='')}" if self.namespaced and namespace else ""
        return f"{self.path}{inside}/{self.plural}"


class Cluster:
    """One cluster during one call. Every method raises our faults only."""

    def __init__(self, pool: Any, settings: Any, context: Context) -> None:
        self._pool = pool
        self._settings = settings
        self.server = str(settings.host).rstrip("/")
        self._context = context
        self._kinds: dict[tuple[str, str], Kind] = {}
        self._lock = threading.Lock()

    def kind(self, api_version: str, kind: str) -> Kind | None:
        """How the kind is addressed, or None where the cluster does not serve it (yet)."""
        key = (api_version, kind)
        if key not in self._kinds:
            self._discover(api_version)
        return self._kinds.get(key)

    def get(self, found: Identity) -> Object | None:
        """The object as it is, or None."""
        kind = self.kind(found.api_version, found.kind)
        if kind is None:
            return None
        try:
            return self.ask("GET", self._address(kind, found), str(found))
        except Missing:
            return None

    def select(self, kind: Kind, namespace: str | None, selector: str) -> Iterator[Object]:
        """All objects of a kind with these labels, in one namespace or in all."""
        following: str | None = None
        while True:
            query = {
                "labelSelector": selector,
                "limit": str(_PAGE),
                **({"continue": following} if following else {}),
            }
            page = self.ask("GET", f"{kind.collection(namespace)}?{urlencode(query)}", kind.plural)
            for item in parts(page, "items"):
                yield {"apiVersion": kind.api_version, "kind": kind.kind, **item}
            following = metadata(page).get("continue")
            if not following:
                return

    def apply(self, found: Identity, body: Object, *, force: bool = False, dry: bool = False) -> Object:
        """Apply a manifest on the server's side; ``dry`` only says what would come of it.

        Fields that we ourselves set in another way, when pausing, are taken over without being asked.
        """
        kind = self.kind(found.api_version, found.kind)
        if kind is None:
            raise Missing(
                f"kind-not-served: {found}: the cluster does not serve {found.kind} of {found.api_version}",
                status=404,
            )
        query = {
            "fieldManager": MANAGER,
            "force": "true" if force else "false",
            "fieldValidation": "Strict",
            **({"dryRun": "All"} if dry else {}),
        }
        address, content = self._address(kind, found), "application/apply-patch+yaml"
        try:
            return self.ask("PATCH", f"{address}?{urlencode(query)}", str(found), body, content)
        except Refused as fault:
            if not held_by(fault, MANAGER):
                raise
        return self.ask(
            "PATCH", f"{address}?{urlencode({**query, 'force': 'true'})}", str(found), body, content
        )

    def patch(self, found: Identity, body: Object) -> Object:
        """Merge ``body`` into an object, as ours."""
        kind = self.kind(found.api_version, found.kind)
        if kind is None:
            raise Missing(f"kind-not-served: {found}: its kind is not served any more", status=404)
        address = f"{self._address(kind, found)}?{urlencode({'fieldManager': MANAGER})}"
        return self.ask("PATCH", address, str(found), body, "application/merge-patch+json")

    def delete(self, found: Identity, uid: str) -> bool:
        """Begin the end of the object that has this uid of the cluster's; False where it is gone already."""
        kind = self.kind(found.api_version, found.kind)
        if kind is None:
            return False
        body = {
            "kind": "DeleteOptions",
            "apiVersion": "v1",
            "propagationPolicy": "Foreground" if found.kind == "Job" else "Background",
            "preconditions": {"uid": uid},
        }
        try:
            self.ask("DELETE", self._address(kind, found), str(found), body)
        except Missing:
            return False
        return True

    def ask(
        self,
        method: str,
        address: str,
        what: str,
        body: Object | None = None,
        content: str = "application/json",
    ) -> Object:
        """One request; ``what`` names the object in messages.

        A server that has too much to do, or stumbles, is asked again a few times: all that we ask may be repeated, and an
        operation of hundreds of requests need not begin anew for one of them.
        """
        data = self._patiently(method, address, what, body, content)
        try:
            found = orjson.loads(data)
        except orjson.JSONDecodeError:
            found = None
        if not is_map(found):
            raise Fault(f"{what}: {self.server} answers with something that is no object")
        return found

    def text(self, address: str, what: str) -> str:
        """What is there as plain text, such as logs."""
        status, data, headers = self._send("GET", address, None, "application/json")
        if status >= 300:
            raise answered(status, data, what, headers.get("Retry-After"))
        return data.decode("utf-8", "replace")

    def _patiently(self, method: str, address: str, what: str, body: Object | None, content: str) -> bytes:
        for pause in (*_PAUSES, None):
            status, data, headers = self._send(method, address, body, content)
            if status < 300:
                return data
            fault = answered(status, data, what, headers.get("Retry-After"))
            if (
                pause is None
                or not isinstance(fault, TransientFault)
                or fault.code is not None
                or status == 409
            ):
                raise fault
            seconds = fault.retry_after or pause
            if seconds >= self._context.seconds_left:
                raise fault
            self._context.progress(f"{fault.message}; asking again")
            self._context.cancelled.wait(seconds)
        raise AssertionError("unreachable: the last round returns or raises")

    @contextlib.contextmanager
    def opened(self, address: str, what: str) -> Generator[Any]:
        """An answer that is read as it comes, however long that takes; :meth:`lines` reads it."""
        from urllib3 import Timeout
        from urllib3.exceptions import HTTPError

        waiting = Timeout(connect=_CONNECT_SECONDS, read=None)
        try:
            answer = self._pool.request(
                "GET",
                f"{self.server}{address}",
                headers=self._headers(),
                timeout=waiting,
                retries=False,
                preload_content=False,
            )
        except (HTTPError, OSError) as error:
            raise unreachable(error, self.server) from None
        try:
            if answer.status >= 300:
                raise answered(answer.status, answer.data, what, answer.headers.get("Retry-After"))
            yield answer
        finally:
            answer.close()

    def lines(self, answer: Any, what: str) -> Iterator[str]:
        """The lines of an opened answer, each as soon as it is whole; raises :class:`TransientFault` where it breaks off."""
        from urllib3.exceptions import HTTPError

        rest = b""
        try:
            for chunk in answer.stream():
                *whole, rest = (rest + chunk).split(b"\n")
                yield from (line.decode("utf-8", "replace") for line in whole)
        except (HTTPError, OSError, ValueError):
            raise TransientFault(f"{what}: the connection broke off") from None
        if rest:
            yield rest.decode("utf-8", "replace")

    @staticmethod
    def cut(answer: Any) -> None:
        """End an opened answer from another thread, which then sees that it broke off."""
        with contextlib.suppress(Exception):
            answer.shutdown()

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": MANAGER}
        authorization = self._settings.auth_settings().get("BearerToken")
        if authorization is not None:
            headers["Authorization"] = authorization["value"]
        return headers

    def _send(
        self, method: str, address: str, body: Object | None, content: str
    ) -> tuple[int, bytes, Mapping[str, str]]:
        from urllib3 import Timeout
        from urllib3.exceptions import HTTPError

        self._context.cancelled.check()
        headers = self._headers()
        if body is not None:
            headers["Content-Type"] = content
        seconds = max(1.0, min(_REQUEST_SECONDS, self._context.seconds_left))
        try:
            answer = self._pool.request(
                method,
                f"{self.server}{address}",
                body=None if body is None else orjson.dumps(body),
                headers=headers,
                timeout=Timeout(connect=min(_CONNECT_SECONDS, seconds), read=seconds),
                retries=False,
            )
        except (HTTPError, OSError) as error:
            raise unreachable(error, self.server) from None
        return answer.status, answer.data, answer.headers

    def _discover(self, api_version: str) -> None:
        path = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        try:
            served = self.ask("GET", path, f"the kinds of {api_version}")
        except Missing:
            return
        with self._lock:
            for item in parts(served, "resources"):
                if "/" not in item["name"]:
                    kind = Kind(api_version, item["kind"], path, item["name"], bool(item["namespaced"]))
                    self._kinds[(api_version, kind.kind)] = kind

    def _address(self, kind: Kind, found: Identity) -> str:
        return f"{kind.collection(found.namespace)}/{quote(found.name, safe='')}"
