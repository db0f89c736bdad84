"""The commands about drivers, one file each."""
