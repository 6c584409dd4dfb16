"""A run against the checklists of reviewers: CLAIM 2024, TRIPOD+AI and STARD-AI."""
