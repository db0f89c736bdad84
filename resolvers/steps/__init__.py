"""The steps of a compile, each with one purpose: it reads and extends the draft, and can be tried alone.

Their order is in :mod:`..pipeline`. What placeholders mean and which definition wins is decided outside.
"""
