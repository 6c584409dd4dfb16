"""The network as a value: specification, shapes, code, and the Keras model."""
