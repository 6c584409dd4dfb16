"""What a layer is made of: its base class, its settings, its effect on a shape, its code.

Standard library only; Keras is imported when a layer becomes Keras's. The layers themselves stand
in ``xraylib.networks.layers``.
"""
