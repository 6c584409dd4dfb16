"""Synthetic chest phantoms and the scripts that draw them; see README.md beside this file."""
