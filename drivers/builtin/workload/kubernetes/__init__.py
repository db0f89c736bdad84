"""Target ``kubernetes``: what a workload becomes in a cluster. Pure but for the driver's calls, which are those of driver
``kubernetes`` on the rendered manifests."""
