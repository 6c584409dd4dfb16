"""Options that several commands have, as tables, and what they stand for."""
