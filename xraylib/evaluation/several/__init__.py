"""Several runs together: folds of one design, and all that the same test images judged."""
