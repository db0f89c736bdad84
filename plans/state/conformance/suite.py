"""All promises in one class."""

from __future__ import annotations

from .builds import Builds
from .deployments import Deployments
from .environments import Environments
from .keys import Keys
from .leases import Leases
from .recording import Recording
from .referring import Referring


class StateStoreConformance(Recording, Referring, Deployments, Environments, Keys, Leases, Builds):
    """Every promise of :mod:`bakehouse.plans.state.store`; subclass it and give ``open_store``."""
