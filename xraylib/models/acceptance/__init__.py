"""A published model tried on labelled images of one's own hospital."""
