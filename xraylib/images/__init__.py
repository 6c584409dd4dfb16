"""One picture: bytes to grey levels, prepared pixels, and numbers that describe it."""
