"""The local target's ground: supervised programs, their run files, reserved ports and private folders.

Drivers of things that run on this machine build on it: one detached ``supervisord`` per store and environment
runs every program, each started by ``bakehouse launch RUNFILE``. Nothing here knows a kind of resource.
"""
