"""The drivers that come with Bakehouse, one file or folder each."""
