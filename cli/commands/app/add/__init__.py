"""The commands of `bakehouse app add`."""
