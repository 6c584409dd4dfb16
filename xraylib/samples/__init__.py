"""The synthetic phantoms: the programs that draw them, and the model trained on them.

The images that they drew are in ``sample_data/``.
"""
