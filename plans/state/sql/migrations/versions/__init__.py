"""The revisions. A file that was released is not edited any more."""
