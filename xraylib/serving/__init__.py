"""Published models and what they say about a film."""
