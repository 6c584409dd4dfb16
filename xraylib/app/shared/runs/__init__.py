"""What several pages show of runs, and how they start one."""
