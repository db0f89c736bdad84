"""Driver ``mysql``: a database and its user in a MariaDB server that is there already.

Both carry the create token. The database has it in its comment, set by the statement that makes it (MariaDB 10.5; MySQL
has no comments on databases, which is why it is refused). MariaDB's users have no comment or attribute: the user has a
right on a database that never exists and whose name is the token, given in one compound statement with the user's
making. Unlike a table of our own somewhere else, both marks go with what they mark, so neither can ever tell of an
object that somebody made under the same name later. What does not carry our token is never changed, taken over or dropped.
"""

from .driver import Mysql
from .models import MysqlConnection, MysqlInputs

__all__ = ["Mysql", "MysqlConnection", "MysqlInputs"]
