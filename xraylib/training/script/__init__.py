"""A run as a plain Keras script."""
