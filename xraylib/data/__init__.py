"""Radiographs on disk: decode, index, split, audit, augment, load."""
