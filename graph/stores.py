"""The names of secret stores: those that are always there, and where packages register others."""

from __future__ import annotations

LOCAL = "local"
"""A table of the state, the only one in which Bakehouse keeps secrets itself."""

ENV = "env"
"""The environment variables of the process that opens a secret."""

SOPS = "sops"
"""Encrypted files of the catalog or the application."""

BUILT_IN = (LOCAL, ENV, SOPS)

GROUP = "bakehouse.secret_stores"
"""The entry-point group of others: the name of an entry point is that of its store."""
