"""What every driver promises, as tests that anybody can run over a driver of their own.

Subclass :class:`DriverConformance` in a test module, give the fixtures ``driver`` and ``inputs``, and pytest runs
every promise that the driver makes; hooks for changing the world behind the driver's back let more of them be
tried. Importing this package needs pytest; importing ``bakehouse.drivers`` does not.
"""

from .bench import Bench, Held
from .suite import DriverConformance
from .vault import Vault

__all__ = ["Bench", "DriverConformance", "Held", "Vault"]
