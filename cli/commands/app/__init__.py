"""The commands of `bakehouse app`, by which the application's files are changed."""
