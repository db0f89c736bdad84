"""Target ``process``: each container of a workload is one supervised process on this machine.

From values to processes in pure steps (``containers``, ``patches``, ``order``), then the world (``starting``).
"""
