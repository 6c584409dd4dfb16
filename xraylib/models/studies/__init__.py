"""What was tried on a run beside judging it, for its card and its report."""
