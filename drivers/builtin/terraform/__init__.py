"""Driver `terraform`: modules of Terraform and OpenTofu, planned inside our plans and applied as they were reviewed.

One state for each resource, kept sealed in its record. What knows the programs and their files lives here; nothing
of it may leak into plans or resolvers.
"""

from .driver import Terraform

__all__ = ["Terraform"]
