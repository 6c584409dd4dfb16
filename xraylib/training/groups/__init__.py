"""Runs that belong together: repeats and folds."""
