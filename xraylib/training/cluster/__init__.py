"""Runs on a Ray cluster: what travels there and back, and the processes at both ends."""
