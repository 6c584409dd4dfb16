"""What a study needs, and what its answers are worth to those who decide. NumPy only."""
