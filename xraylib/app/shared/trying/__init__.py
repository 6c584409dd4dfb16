"""A run's network judges X-rays before it is published, and what if they were different."""
