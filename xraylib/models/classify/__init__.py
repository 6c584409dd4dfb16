"""Images judged by a published model."""
