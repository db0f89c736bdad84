"""Driver ``kubernetes``: any objects of a Kubernetes cluster, kept as their manifests say by server-side apply.

The field manager is ``bakehouse``. Every object carries labels with the uid, generation and token of its resource: they
prove whose it is, and objects without them are never changed, taken over or deleted. The client library is imported
only when a cluster is asked.
"""

from .condition import amiss
from .driver import Kubernetes
from .models import KubernetesConnection, KubernetesInputs, KubernetesOutputs

__all__ = ["Kubernetes", "KubernetesConnection", "KubernetesInputs", "KubernetesOutputs", "amiss"]
