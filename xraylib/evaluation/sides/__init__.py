"""Classes and findings of a run, asked and changed in one way."""
