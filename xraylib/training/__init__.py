"""Runs: configured, queued, trained in a process of their own, read by anybody."""
