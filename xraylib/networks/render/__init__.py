"""The Keras model of a network."""
