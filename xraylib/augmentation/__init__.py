"""Random variants of an image, as a pure function of seed, epoch and place."""
