"""The store ``sops``: values of files that SOPS encrypted for age keys, opened without the program ``sops``.

The files are those of catalogs and applications; who reads them is given from outside. Nothing here writes one.
"""

from .age import Identities
from .store import SealedFiles, SopsStore

__all__ = ["Identities", "SealedFiles", "SopsStore"]
