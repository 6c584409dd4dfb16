"""How good predictions are, with intervals. NumPy only; knows no runs."""
