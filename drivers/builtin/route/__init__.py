"""Driver ``route``: which requests reach a workload, by a rule of the local proxy or an object of a cluster."""

from .driver import Route
from .models import RouteInputs, RouteOutputs

__all__ = ["Route", "RouteInputs", "RouteOutputs"]
