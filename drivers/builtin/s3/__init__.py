"""Driver ``s3``: a bucket, and a key that reaches nothing else, in an object store that speaks S3 and is there already.

The bucket and the user that the key belongs to carry a digest of the create token as a tag, set by the request that makes
them. What does not carry our digest is never changed, taken over or deleted.
"""

from .driver import S3
from .models import S3Connection, S3Inputs, S3Outputs

__all__ = ["S3", "S3Connection", "S3Inputs", "S3Outputs"]
