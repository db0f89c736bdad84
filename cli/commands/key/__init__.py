"""The commands about the key of a store's secrets, one file each."""
