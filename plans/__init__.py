"""From a graph to a recorded change: plan, archive, apply, state.

``diff``, ``order`` and ``plan`` are pure. ``build`` asks drivers for proposals, ``apply`` carries a plan out,
``state`` records it, ``report`` publishes it for every view.
"""
