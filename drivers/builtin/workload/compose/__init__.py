"""Target ``compose``: containers as services of one Compose project for each environment, run by the program ``docker``.

``compose-spec.json`` is the JSON Schema of the Compose Specification (compose-spec/compose-spec, commit 170098ba07d9),
which its authors publish under the Apache License 2.0, unchanged.
"""
