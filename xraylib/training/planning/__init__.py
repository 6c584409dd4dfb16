"""Before a run starts: what it would cost, and whether it can be."""
