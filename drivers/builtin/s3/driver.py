"""The driver itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, SecretStr

from ....graph.values import Secret
from ...sdk import Context, CreateMode, Driver, NotFound, PermanentFault, Proposal, Result
from ..served import COMPLETE, Servers, clear, moved
from . import bucket as buckets
from . import user as users
from .models import S3Connection, S3Inputs, S3Outputs, WorkloadKeys
from .session import Session, session

_SERVERS = Servers(S3Connection, "s3")
_SECRETS = ("secret_key", "aws_secret_key")
_PLACE = ("endpoint", "region")

Key = tuple[str, Mapping[str, Secret | SecretStr]]
"""The id of a key and its secret, by the outputs that hold it."""


class S3(Driver[S3Inputs, S3Outputs]):
    """A bucket, and where the store makes keys one of its own for it."""

    name: ClassVar[str] = "s3"
    summary: ClassVar[str] = "a bucket and its key in an existing object store that speaks S3"
    create_mode: ClassVar[CreateMode] = CreateMode.FINDABLE
    connection_kind: ClassVar[str | None] = "s3"
    connection: ClassVar[type[BaseModel] | None] = S3Connection
    connection_optional: ClassVar[bool] = True
    timeout: ClassVar[float] = 300.0
    Inputs = S3Inputs
    Outputs = S3Outputs

    def create(self, context: Context, inputs: S3Inputs) -> Result:
        """Make bucket, user and key, or complete those of this token with a new key."""
        return self._complete(context, inputs, None)

    def update(self, context: Context, inputs: S3Inputs) -> Result:
        """Bring all to what it was. The key stays where one is recorded and still there, else it is a new one."""
        return self._complete(context, inputs, _recorded_key(context))

    def rotate(self, context: Context, inputs: S3Inputs, field: str | None) -> Result:
        """A new key; the old one stops working at once."""
        if field not in (None, *_SECRETS):
            raise PermanentFault(f"only the outputs {' and '.join(_SECRETS)} can be rotated, not {field}")
        if _SERVERS.given(context, inputs.server).workloads is not None:
            raise PermanentFault(
                "the key of this bucket is that of its connection",
                hint="put another one into workloads of the connection, or give it iam",
            )
        return self._complete(context, inputs, None)

    def read(self, context: Context, inputs: S3Inputs | None) -> Result:
        """All as it is; ``condition`` says what is amiss."""
        if inputs is None:
            raise PermanentFault("the recorded inputs cannot be read")
        server, key = _SERVERS.given(context, inputs.server), _recorded_key(context)
        with session(context, server) as opened:
            bucket = buckets.look(opened, inputs.bucket, context.token)
            user = _user(opened, inputs.user, context.token)
        if not bucket.ours and not (user and user.ours):
            raise NotFound(f"the bucket {inputs.bucket} is gone")
        amiss = bucket.amiss(inputs.versioning)
        if amiss is None and user is not None:
            amiss = user.amiss(inputs.bucket, key[0] if key else None)
        return _result(server, inputs, key, amiss or COMPLETE)

    def find(self, context: Context) -> Result | None:
        """The bucket or user that carries the token; no key, because a store tells it only once.

        While the names are not known, nothing was made.
        """
        server, names = _SERVERS.recorded(context), _recorded_names(context)
        if server is None or names is None:
            return None
        with session(context, server) as opened:
            bucket = buckets.look(opened, names[0], context.token)
            user = _user(opened, names[1], context.token)
        if not bucket.ours and not (user and user.ours):
            return None
        amiss = bucket.amiss(None) or (user.amiss(names[0], None) if user else None)
        outputs = {"bucket": names[0], "endpoint": server.endpoint, "region": server.region}
        return Result({**outputs, "condition": amiss or COMPLETE})

    def delete(self, context: Context) -> None:
        """Delete bucket and user as far as they carry the token. The key works as long as a full bucket is refused."""
        server, names = _SERVERS.recorded(context), _recorded_names(context)
        if server is None or names is None:
            return
        empty_first = bool(context.prior and context.prior.inputs.get("empty_first") is True)
        with session(context, server) as opened:
            bucket = buckets.look(opened, names[0], context.token)
            user = _user(opened, names[1], context.token)
            if empty_first and user is not None:
                users.drop(opened, user)
            buckets.drop(opened, bucket, empty_first)
            if not empty_first and user is not None:
                users.drop(opened, user)

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """A bucket cannot move to another store: that is a replacement. All else the engine decides."""
        return moved(context, planned, _PLACE)

    def _complete(self, context: Context, inputs: S3Inputs, kept: Key | None) -> Result:
        server = _SERVERS.given(context, inputs.server)
        with session(context, server) as opened:
            bucket = buckets.look(opened, inputs.bucket, context.token)
            user = _user(opened, inputs.user, context.token)
            bucket.check()
            if user is not None:
                user.check()
            buckets.make(opened, bucket, server.region, inputs.versioning)
            if user is None:
                return _result(server, inputs, _given_key(context, server.workloads), COMPLETE)
            users.make(opened, user, inputs.bucket)
            if kept is not None and kept[0] in user.keys:
                users.keep_key(opened, user, kept[0])
                return _result(server, inputs, kept, COMPLETE)
            made, secret = users.give_key(opened, user)
        return _result(server, inputs, (made, dict.fromkeys(_SECRETS, SecretStr(secret))), COMPLETE)


def _user(opened: Session, name: str, token: str) -> users.User | None:
    """None where the store makes no keys."""
    return None if opened.users is None else users.look(opened, name, token)


def _recorded_key(context: Context) -> Key | None:
    recorded: Mapping[str, Any] = context.prior.outputs if context.prior else {}
    key = recorded.get("access_key_id")
    secrets = {name: recorded.get(name) for name in _SECRETS}
    known = {name: value for name, value in secrets.items() if isinstance(value, Secret | SecretStr)}
    return (key, known) if isinstance(key, str) and len(known) == len(_SECRETS) else None


def _given_key(context: Context, keys: WorkloadKeys | None) -> Key | None:
    """That of the connection; recorded secrets stand for it where they say the same."""
    if keys is None:
        return None
    before, secret = _recorded_key(context), keys.secret_key.get_secret_value()
    known = (
        {}
        if before is None
        else {name: one for name, one in before[1].items() if clear(context, one) == secret}
    )
    return keys.access_key_id, {name: known.get(name, keys.secret_key) for name in _SECRETS}


def _recorded_names(context: Context) -> tuple[str, str] | None:
    """Bucket and user of the recorded inputs; None where they were never decided."""
    recorded: Mapping[str, Any] = context.prior.inputs if context.prior else {}
    bucket, user = recorded.get("bucket"), recorded.get("username")
    if not isinstance(bucket, str) or not isinstance(user, str | None):
        return None
    return bucket, user or bucket


def _result(server: S3Connection, inputs: S3Inputs, key: Key | None, condition: str) -> Result:
    outputs: dict[str, Any] = {
        "bucket": inputs.bucket,
        "endpoint": server.endpoint,
        "region": server.region,
        "condition": condition,
    }
    if key is not None:
        outputs |= {"access_key_id": key[0], "aws_access_key_id": key[0], **key[1]}
    return Result(outputs)
