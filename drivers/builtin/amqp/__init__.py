"""Driver ``amqp``: a virtual host and a user of its own in a RabbitMQ server that is there already.

A virtual host carries a digest of the create token in an exchange that nobody can publish to, because declaring one is the
step of the management API that the first of two callers wins; a user carries it as a tag. What does not carry our digest
is never changed, taken over or deleted.
"""

from .driver import Amqp
from .models import AmqpConnection, AmqpInputs, AmqpOutputs

__all__ = ["Amqp", "AmqpConnection", "AmqpInputs", "AmqpOutputs"]
