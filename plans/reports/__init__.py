"""Documents about what is recorded or compiled: pure functions from records and graphs to plain JSON data.

Every format of the command line and the server is made from these. Secrets stand as ``***``. Each document is
imported from its own module, so that listing deployments does not load drivers.
"""
