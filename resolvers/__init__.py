"""From files to a graph.

Here live the reading of what developers and platform engineers write (YAML with a position for every value, the
Score specification, `bakehouse.yaml`, the platform catalog), placeholders, matching and expansion. Nothing in
here touches a real system: the only thing asked about drivers is their schemas, through a protocol of `graph`.
"""
