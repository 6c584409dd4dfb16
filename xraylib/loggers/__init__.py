"""Runs told to other people's notebooks of runs: TensorBoard's event files and MLflow's server.

A process of its own reads what a run writes into its folder and tells it on, while the run goes on
or afterwards: the trainer never waits for a server, and fails for none.
"""
