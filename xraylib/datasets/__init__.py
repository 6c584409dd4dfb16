"""A folder of images as a data set: scanned, corrected, queried, split."""
