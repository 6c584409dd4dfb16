"""Results of a run that tells several findings of an X-ray."""
