"""How good a run of several findings is: each finding on the images of which it is known."""
