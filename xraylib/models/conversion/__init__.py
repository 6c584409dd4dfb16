"""A Keras model as LiteRT. For child processes: TensorFlow."""
