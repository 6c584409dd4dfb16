"""Several findings in one image: each is present, absent, or not known. NumPy only."""
