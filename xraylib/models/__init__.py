"""Published models: made, listed, verified."""
