"""The commands of `bakehouse app remove`."""
