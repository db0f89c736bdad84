"""Bakehouse, a self-hosted platform orchestrator.

The folders beside this file are the package's storeys, from the ground up: ``graph`` (the nouns, pure),
``resolvers`` (files to a graph) and ``drivers`` (the world's edge), ``plans`` (a graph to a recorded change),
``cli``. A storey imports only those below it. Nothing is imported here: naming ``bakehouse`` costs nothing,
and what a program uses it imports from the storey that owns it.
"""

__version__ = "0.1.0"
