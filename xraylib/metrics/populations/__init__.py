"""Groups of images: how good predictions are for each, and for the rest. NumPy only."""
