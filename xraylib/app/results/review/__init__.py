"""What reviewers of a study ask for: precision, use, robustness, shortcuts, checklists."""
