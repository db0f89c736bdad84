"""What a user of ours may do: read and write the objects of one bucket, and not change the bucket itself."""

from __future__ import annotations

from typing import Any

NAME = "bakehouse"
"""The name of the policy inside its user."""

_BUCKET = (
    "GetBucketLocation",
    "GetBucketVersioning",
    "ListBucket",
    "ListBucketMultipartUploads",
    "ListBucketVersions",
)
_OBJECTS = (
    "AbortMultipartUpload", "DeleteObject", "DeleteObjectTagging", "GetObject", "GetObjectAttributes", "GetObjectTagging",
    "GetObjectVersion", "ListMultipartUploadParts", "PutObject", "PutObjectTagging",
)  # fmt: skip


def policy(bucket: str) -> dict[str, Any]:
    """The policy as its document is written."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allowed(_BUCKET, f"arn:aws:s3:::{bucket}"),
            _allowed(_OBJECTS, f"arn:aws:s3:::{bucket}/*"),
        ],
    }


def _allowed(actions: tuple[str, ...], resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": [f"s3:{action}" for action in actions], "Resource": [resource]}
