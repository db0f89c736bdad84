"""Driver ``helm``: charts as releases in a cluster, planned object by object.

The program ``helm`` does the work, as a child process. Every release carries labels with the uid, generation and token of
its resource: they prove whose it is, and a release without them is never upgraded or uninstalled.
"""

from .driver import Helm
from .models import HelmInputs, HelmOutputs

__all__ = ["Helm", "HelmInputs", "HelmOutputs"]
