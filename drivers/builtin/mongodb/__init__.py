"""Driver ``mongodb``: a database and its user in a server that is there already and speaks MongoDB's protocol.

The database carries a digest of the create token in a document of a collection of its own, whose ``_id`` the first of two
callers wins. The user carries it as a role on a database that never exists and whose name is the digest, given by the
command that makes the user. Both marks go with what they mark. What does not carry our digest is never changed, taken
over or dropped.
"""

from .driver import Mongodb
from .models import MongodbConnection, MongodbInputs, MongodbOutputs

__all__ = ["Mongodb", "MongodbConnection", "MongodbInputs", "MongodbOutputs"]
