"""Decoding bytes from strangers, in child processes with limits."""
