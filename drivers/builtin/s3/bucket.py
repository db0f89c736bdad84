"""The bucket of one token: seen, completed, dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from ...sdk import Conflict, PermanentFault, TransientFault
from .faults import code_of
from .marking import TAG, is_ours, mark, owner
from .session import Session

_PAGE = 1000
_ENABLED = {False: "Suspended", True: "Enabled"}


class Bucket(Struct, frozen=True):
    """The bucket of this name as it is in the store. ``tags`` is None where there is none."""

    name: str
    token: str
    tags: tuple[tuple[str, str], ...] | None
    versioning: str

    @property
    def ours(self) -> bool:
        """Whether it exists and carries our digest."""
        return is_ours(self.tags, self.token)

    def amiss(self, versioning: bool | None) -> str | None:
        """What is, for people; None: nothing. Versioning of None is not compared."""
        if not self.ours:
            return f"the bucket {self.name} is {'missing' if self.tags is None else 'not ours'}"
        if versioning is not None and self.versioning != _ENABLED[versioning]:
            return f"versioning of the bucket {self.name} is {self.versioning}"
        return None

    def check(self) -> None:
        """Raise :class:`Conflict` where the name is held by a bucket that does not carry our digest."""
        if self.tags is not None and not self.ours:
            raise Conflict(
                f"the bucket {self.name} exists and was not made for this resource",
                owner=owner(self.tags),
                hint="choose another bucket, or delete it",
            )


def look(opened: Session, name: str, token: str) -> Bucket:
    """What the store has under this name."""
    store = opened.buckets
    if opened.ask(store.head_bucket, Bucket=name) is None:
        return Bucket(name, token, None, "")
    said: Any = opened.ask(store.get_bucket_tagging, Bucket=name) or {"TagSet": []}
    state: Any = opened.ask(store.get_bucket_versioning, Bucket=name) or {}
    tags = tuple((str(tag["Key"]), str(tag["Value"])) for tag in said["TagSet"])
    return Bucket(name, token, tags, str(state.get("Status") or _ENABLED[False]))


def make(opened: Session, bucket: Bucket, region: str, versioning: bool) -> None:
    """Make it with its tag, or complete it. Raises :class:`Conflict` where somebody else was quicker."""
    store = opened.buckets
    if bucket.tags is None:
        bucket = _made(opened, bucket, region)
    if bucket.versioning != _ENABLED[versioning]:
        wanted = {"Status": _ENABLED[versioning]}
        opened.ask(store.put_bucket_versioning, Bucket=bucket.name, VersioningConfiguration=wanted)


def drop(opened: Session, bucket: Bucket, empty_first: bool) -> None:
    """Delete it if it is ours. One that holds objects is emptied where that is wanted, else a fault says so."""
    if not bucket.ours:
        return
    if empty_first:
        _empty(opened, bucket.name)
    try:
        opened.ask(opened.buckets.delete_bucket, Bucket=bucket.name)
    except opened.buckets.exceptions.ClientError as error:
        if code_of(error) != "BucketNotEmpty":
            raise
        if empty_first:
            raise TransientFault(
                f"the bucket {bucket.name} is written to while it is being deleted"
            ) from None
        raise PermanentFault(
            f"the bucket {bucket.name} is not empty",
            hint="remove its objects, of all versions, or let the definition say empty_first: true",
        ) from None


def _made(opened: Session, bucket: Bucket, region: str) -> Bucket:
    tags = [{"Key": TAG, "Value": mark(bucket.token)}]
    place: dict[str, Any] = {} if region == "us-east-1" else {"LocationConstraint": region}
    try:
        opened.buckets.create_bucket(Bucket=bucket.name, CreateBucketConfiguration={**place, "Tags": tags})
    except opened.buckets.exceptions.ClientError as error:
        if code_of(error) not in ("BucketAlreadyExists", "BucketAlreadyOwnedByYou"):
            raise
        found = look(opened, bucket.name, bucket.token)
        found.check()
        return found
    found = look(opened, bucket.name, bucket.token)
    if found.tags:
        found.check()
        return found
    opened.buckets.put_bucket_tagging(Bucket=bucket.name, Tagging={"TagSet": tags})
    return look(opened, bucket.name, bucket.token)


def _empty(opened: Session, name: str) -> None:
    """Remove all uploads that were begun, and all objects of all versions, a page at a time."""
    store = opened.buckets
    uploads: Any = store.list_multipart_uploads(Bucket=name).get("Uploads") or ()
    for upload in uploads:
        opened.ask(store.abort_multipart_upload, Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"])
    for found in _pages(opened, name):
        said: Any = store.delete_objects(Bucket=name, Delete={"Objects": found, "Quiet": True})
        for error in said.get("Errors") or ():
            raise PermanentFault(f"an object of the bucket {name} cannot be removed: {error.get('Code')}")


def _pages(opened: Session, name: str) -> Iterator[list[dict[str, str]]]:
    """The first page until there is none: what was on the one before is gone."""
    while True:
        opened.context.cancelled.check()
        if opened.context.seconds_left <= 0:
            raise TransientFault(f"not all objects of the bucket {name} were removed in time")
        said: Any = opened.buckets.list_object_versions(Bucket=name, MaxKeys=_PAGE)
        found = [*(said.get("Versions") or ()), *(said.get("DeleteMarkers") or ())]
        if not found:
            return
        yield [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
