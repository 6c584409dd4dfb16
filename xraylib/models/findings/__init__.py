"""Published models that tell several findings of an image: what they keep, say and are worth."""
