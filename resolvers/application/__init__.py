"""The developer's application: `bakehouse.yaml` and the Score files that it lists.

Here live the finding of an application's root, the schema and the reading of its own file, and the putting
together of all that its developers wrote, from a folder or from the snapshot that a deployment recorded. Nothing
in here knows a platform.
"""

from .listing import Listing, list_application
from .load import (
    NO_OVERRIDES,
    application_name,
    load_application,
    load_application_from,
    load_application_with,
)
from .root import LONE_SCORE, MANIFEST, find_root
from .schema import application_schema

__all__ = [
    "LONE_SCORE",
    "MANIFEST",
    "NO_OVERRIDES",
    "Listing",
    "application_name",
    "application_schema",
    "find_root",
    "list_application",
    "load_application",
    "load_application_from",
    "load_application_with",
]
