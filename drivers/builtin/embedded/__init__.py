"""Servers of an environment's own on this machine, of programs that are installed: one process for each resource.

What all have in common (a folder with data, a port for life, one secret, supervision) is the driver of ``server``; a module
for each program says how it is started and what its outputs are.
"""

from .amqp import EmbeddedAmqp
from .mysql import EmbeddedMysql
from .redis import EmbeddedRedis
from .s3 import EmbeddedS3

__all__ = ["EmbeddedAmqp", "EmbeddedMysql", "EmbeddedRedis", "EmbeddedS3"]
