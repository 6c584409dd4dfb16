"""Prepared pixels in batches, and their cache."""
