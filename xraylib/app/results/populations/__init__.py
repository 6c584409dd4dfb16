"""For whom a run is how good: by group, and on other data sets."""
