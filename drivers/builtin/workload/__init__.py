"""The driver that runs Score workloads: its contract here, and one sub-package for each target it can run them on."""
