"""A run on other data sets beside its own: under which names, and how far it drops."""
