"""Two or more that judged the same images: is one better, or is it chance? NumPy only."""
