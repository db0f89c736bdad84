"""The environment's reverse proxy: its driver, and the program that serves.

The program is started as a process of its own and imports nothing of the drivers, so that it stays small.
"""
