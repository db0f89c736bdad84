"""The commands about environments, one file each."""
