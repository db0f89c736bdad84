"""The world's edge: the driver contract, the registry, the conformance suite, and the drivers that come along.

A driver knows one kind of real system. It knows neither plans nor state nor files of the developer; it is
handed validated inputs and a context, and answers with outputs or one of our faults.
"""
