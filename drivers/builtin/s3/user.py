"""The user of one token, which a bucket's key belongs to: seen, completed, dropped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from msgspec import Struct

from ...sdk import Conflict
from .faults import code_of
from .marking import TAG, Tags, is_ours, mark, owner
from .policy import NAME, policy
from .session import Session

_PATH = "/bakehouse/"


class User(Struct, frozen=True):
    """The user of this name as it is in the store. ``tags`` is None where there is none; ``keys`` are active ones."""

    name: str
    token: str
    tags: Tags | None
    allowed: Mapping[str, Any] | None
    policies: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def ours(self) -> bool:
        """Whether it exists and carries our digest."""
        return is_ours(self.tags, self.token)

    def amiss(self, bucket: str, key: str | None) -> str | None:
        """What is, for people; None: nothing. A key of None is not compared."""
        if not self.ours:
            return f"the user {self.name} is {'missing' if self.tags is None else 'not ours'}"
        if self.policies != (NAME,) or self.allowed != policy(bucket):
            return f"the policies of the user {self.name} were changed"
        if key is not None and self.keys != (key,):
            return f"the user {self.name} has {'other keys, too' if key in self.keys else 'lost its key'}"
        return None

    def check(self) -> None:
        """Raise :class:`Conflict` where the name is held by a user that does not carry our digest."""
        if self.tags is not None and not self.ours:
            raise Conflict(
                f"the user {self.name} exists and was not made for this resource",
                owner=owner(self.tags),
                hint="choose another username, or delete the user",
            )


def look(opened: Session, name: str, token: str) -> User:
    """What the store has under this name."""
    api = opened.users
    said: Any = opened.ask(api.list_user_tags, UserName=name)
    if said is None:
        return User(name, token, None, None, (), ())
    found: Any = opened.ask(api.get_user_policy, UserName=name, PolicyName=NAME)
    policies: Any = opened.ask(api.list_user_policies, UserName=name) or {"PolicyNames": []}
    return User(
        name,
        token,
        tuple((str(tag["Key"]), str(tag["Value"])) for tag in said["Tags"]),
        None if found is None else _document(found["PolicyDocument"]),
        tuple(str(policy) for policy in policies["PolicyNames"]),
        tuple(key for key, state in _keys(opened, name) if state == "Active"),
    )


def make(opened: Session, user: User, bucket: str) -> None:
    """Make it with its tag, or complete it. Raises :class:`Conflict` where somebody else was quicker."""
    api = opened.users
    if user.tags is None:
        tags = [{"Key": TAG, "Value": mark(user.token)}]
        try:
            api.create_user(UserName=user.name, Path=_PATH, Tags=tags)
        except api.exceptions.ClientError as error:
            if code_of(error) != "EntityAlreadyExists":
                raise
            look(opened, user.name, user.token).check()
    for other in set(user.policies) - {NAME}:
        opened.ask(api.delete_user_policy, UserName=user.name, PolicyName=other)
    if user.allowed != policy(bucket):
        document = json.dumps(policy(bucket))
        opened.ask(api.put_user_policy, UserName=user.name, PolicyName=NAME, PolicyDocument=document)


def give_key(opened: Session, user: User) -> tuple[str, str]:
    """A new key and its secret; all others stop working before."""
    keep_key(opened, user, None)
    made = opened.users.create_access_key(UserName=user.name)["AccessKey"]
    return str(made["AccessKeyId"]), str(made["SecretAccessKey"])


def keep_key(opened: Session, user: User, kept: str | None) -> None:
    """Remove all keys but one."""
    for key, _ in _keys(opened, user.name):
        if key != kept:
            opened.ask(opened.users.delete_access_key, UserName=user.name, AccessKeyId=key)


def drop(opened: Session, user: User) -> None:
    """Delete it with its keys and policies if it is ours."""
    if not user.ours:
        return
    keep_key(opened, user, None)
    for name in user.policies:
        opened.ask(opened.users.delete_user_policy, UserName=user.name, PolicyName=name)
    opened.ask(opened.users.delete_user, UserName=user.name)


def _keys(opened: Session, name: str) -> list[tuple[str, str]]:
    said: Any = opened.ask(opened.users.list_access_keys, UserName=name) or {"AccessKeyMetadata": []}
    return [(str(key["AccessKeyId"]), str(key["Status"])) for key in said["AccessKeyMetadata"]]


def _document(said: Any) -> Any:
    """The library reads it where the store encodes it as AWS does."""
    if not isinstance(said, str):
        return said
    try:
        return json.loads(unquote(said))
    except ValueError:
        return None
