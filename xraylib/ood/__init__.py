"""Whether an image is like those that a model learned from."""
