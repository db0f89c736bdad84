"""Clients of a store, with every error turned into a fault."""

from __future__ import annotations

import contextlib
import functools
import importlib
import logging
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from ...sdk import Context, PermanentFault
from .faults import answered, code_of, unanswered
from .models import S3Connection

_CONNECT_SECONDS = 10.0
_ANSWER_SECONDS = 60.0
_NOTHING = frozenset({"NoSuchBucket", "NoSuchEntity", "NoSuchTagSet", "404"})


@dataclass(frozen=True)
class Session:
    """Requests to one store; ``users`` is None where it makes no keys."""

    buckets: Any = field(repr=False)
    users: Any = field(repr=False)
    context: Context

    def ask(self, request: Any, **arguments: Any) -> Any:
        """What the store answers; None where it says that there is nothing of that name."""
        self.context.cancelled.check()
        try:
            return request(**arguments)
        except importlib.import_module("botocore.exceptions").ClientError as error:
            if code_of(error) in _NOTHING:
                return None
            raise


@contextlib.contextmanager
def session(context: Context, server: S3Connection) -> Generator[Session, None, None]:
    """Clients that end with the block. Raises our faults, also for what fails inside the block."""
    try:
        library, config, exceptions = (
            importlib.import_module(f"botocore.{part}") for part in ("session", "config", "exceptions")
        )
    except ImportError:
        raise PermanentFault(
            "driver s3 needs the package botocore", hint="pip install 'bakehouse[s3]'"
        ) from None
    logging.getLogger("botocore").setLevel(
        logging.INFO
    )  # below that it logs answers whole, with new keys in them
    store = f"the store at {server.endpoint}"
    patience = min(max(1.0, context.seconds_left), _ANSWER_SECONDS)
    settings = config.Config(
        retries={"total_max_attempts": 1},
        connect_timeout=min(patience, _CONNECT_SECONDS),
        read_timeout=patience,
        s3={"addressing_style": "path"},
    )
    login = {
        "aws_access_key_id": server.access_key_id,
        "aws_secret_access_key": server.secret_key.get_secret_value(),
        "region_name": server.region,
    }
    try:
        with contextlib.ExitStack() as opened:
            clients = library.get_session()
            clients.register_component("data_loader", _models())
            buckets = clients.create_client("s3", endpoint_url=server.endpoint, config=settings, **login)
            opened.callback(buckets.close)
            users = None
            if server.iam is not None:
                users = clients.create_client("iam", endpoint_url=server.iam, config=settings, **login)
                opened.callback(users.close)
            yield Session(buckets, users, context)
    except exceptions.ClientError as error:
        raise answered(error, store) from None
    except exceptions.BotoCoreError as error:
        raise unanswered(error, store) from None


@functools.cache
def _models() -> Any:
    """What the library knows of the APIs, read once: that takes longer than most requests."""
    return importlib.import_module("botocore.loaders").create_loader()
