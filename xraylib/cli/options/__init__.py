"""Options that several commands have, as tables."""
