"""What every state store promises, as tests that anybody can run over a store of their own.

Subclass :class:`StateStoreConformance` in a test module and give the fixture ``open_store``; pytest runs every
promise. Importing this package needs pytest; importing ``bakehouse.plans.state`` does not.
"""

from .suite import StateStoreConformance

__all__ = ["StateStoreConformance"]
