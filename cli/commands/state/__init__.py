"""The commands about the state, one file each."""
