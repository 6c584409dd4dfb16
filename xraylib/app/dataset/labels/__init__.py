"""A table that tells labels, on the Dataset page: chosen, looked at, used."""
