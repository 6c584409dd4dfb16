"""The model card: what a published model is, its figures, their check, and its forms."""
