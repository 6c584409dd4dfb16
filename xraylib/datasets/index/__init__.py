"""The file of an index, and renewing it."""
