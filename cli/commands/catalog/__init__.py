"""The commands about the catalog, one file each."""
