"""What every secret store promises, as tests that anybody can run over a store of their own.

Subclass :class:`SecretStoreConformance` in a test module and give the fixture ``place``; a store that keeps former
versions says so with ``keeps_versions``. Importing this package needs pytest; importing ``bakehouse.drivers.secrets``
does not.
"""

from .suite import Place, SecretStoreConformance

__all__ = ["Place", "SecretStoreConformance"]
