"""A search for settings: Optuna proposes, and each trial is a run of the queue."""
