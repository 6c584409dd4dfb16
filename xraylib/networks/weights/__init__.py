"""Weights in files: checked before they are read."""
