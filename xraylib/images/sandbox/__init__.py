"""Decoding in child processes with limits, which cost a file and nothing else when they end."""
