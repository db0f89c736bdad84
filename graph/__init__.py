"""The nouns of Bakehouse, pure and without I/O.

Here live addresses, values, types, the application as declared and the resource graph as compiled. Nothing in
here reads a file, asks a clock, or imports another part of Bakehouse.
"""
