"""The command line: parses, calls one operation of ``plans``, hands the result to a view, answers with an exit code.

Nothing is decided here but how to ask and how to show; ``wiring`` alone chooses concrete stores and secret
stores. Modules are loaded when their command runs, so that ``--help`` stays quick.
"""
