"""Driver ``redis``: a user with keys and channels of its own in a Redis server that is there already.

The user carries the create token in a selector that allows nothing, so the one command that makes the user marks it, too.
A key of ours holds the token for the prefix, so that keys which somebody else made under it are told apart. What
does not carry our token is never changed, taken over or deleted.
"""

from .driver import Redis
from .models import RedisConnection, RedisInputs, RedisOutputs

__all__ = ["Redis", "RedisConnection", "RedisInputs", "RedisOutputs"]
