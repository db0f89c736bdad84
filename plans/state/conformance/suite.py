"""All promises in one class."""

from __future__ import annotations

from .builds import Builds
from .deployments import Deployments
from .environments import Environments
from .leases import Leases
from .recording import Recording


class StateStoreConformance(Recording, Deployments, Environments, Leases, Builds):
    """Every promise of :mod:`bakehouse.plans.state.store`; subclass it and give ``open_store``."""
