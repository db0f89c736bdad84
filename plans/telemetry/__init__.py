"""What a deployment tells to the systems that watch many of them: traces and metrics, made from its events.

:class:`Observer` is a listener that is closed at the end. Nothing that happens in one changes what becomes of a deployment.
"""

from .observer import Observer

__all__ = ["Observer"]
