"""A network as a value: its layers, shapes, parameters, memory and advice."""
