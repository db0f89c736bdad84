"""Driver ``endpoint``: where the service ports of a workload are reached, on this machine or in a cluster."""

from .driver import Endpoint
from .models import EndpointInputs, EndpointOutputs, ServicePort

__all__ = ["Endpoint", "EndpointInputs", "EndpointOutputs", "ServicePort"]
