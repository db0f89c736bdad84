"""The verbs that change an application's files: workloads, resources and routes come and go.

Each verb makes an :class:`Edit`, a value that says which files would be what; :func:`settle` checks the application as it
would be, and only then :func:`write` touches the disk. What these modules need to know of YAML lies in
``resolvers.editing``.
"""

from .edit import Edit, Offer, Settled, settle
from .resources import NewResource, add_resource, remove_resource
from .routes import NewRoute, add_route, remove_route
from .workloads import NewWorkload, add_workload, remove_workload
from .write import write

__all__ = [
    "Edit",
    "NewResource",
    "NewRoute",
    "NewWorkload",
    "Offer",
    "Settled",
    "add_resource",
    "add_route",
    "add_workload",
    "remove_resource",
    "remove_route",
    "remove_workload",
    "settle",
    "write",
]
