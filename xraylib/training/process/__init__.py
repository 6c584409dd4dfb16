"""The process that trains a run, and the queue that starts it."""
