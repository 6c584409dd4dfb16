"""The Map tab: every X-ray a point, near those that are like it."""
