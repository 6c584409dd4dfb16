"""The folder of a run: made, listed, read."""
