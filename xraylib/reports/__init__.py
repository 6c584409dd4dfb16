"""Documents to keep and to print."""
