"""Zip archives from strangers become data sets."""
