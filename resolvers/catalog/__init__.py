"""The platform's side: what resource types there are and how each is met where.

Here live the kinds of platform files, their JSON Schemas, the reading of folders into layers, the snapshot that
is stored with a deployment, and, as data files, the standard resource types and the packs. What a
definition is chosen for, and what it makes of a request, is decided outside.
"""

from .folder import CatalogSource
from .kinds import (
    BuildRule,
    ConnectionKind,
    CoProvision,
    Criterion,
    Dependency,
    EnvironmentType,
    Pack,
    Platform,
    Question,
    ResourceDefinition,
    Template,
    TemplateFile,
    Variable,
    WorkloadProfile,
)
from .layers import Catalog, Layer
from .loader import BUILT_IN_PACKS, LOCAL_PACK, load_catalog, load_catalog_from
from .schemas import KINDS, TEST_KIND, schema
from .snapshot import LayerFiles, Snapshot
from .sources import GitSource, Source, Sources

__all__ = [
    "BUILT_IN_PACKS",
    "KINDS",
    "LOCAL_PACK",
    "TEST_KIND",
    "BuildRule",
    "Catalog",
    "CatalogSource",
    "CoProvision",
    "ConnectionKind",
    "Criterion",
    "Dependency",
    "EnvironmentType",
    "GitSource",
    "Layer",
    "LayerFiles",
    "Pack",
    "Platform",
    "Question",
    "ResourceDefinition",
    "Snapshot",
    "Source",
    "Sources",
    "Template",
    "TemplateFile",
    "Variable",
    "WorkloadProfile",
    "load_catalog",
    "load_catalog_from",
    "schema",
]
