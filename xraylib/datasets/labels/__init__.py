"""Labels from a table: which findings each image has, whose it is, and what else is known of it."""
