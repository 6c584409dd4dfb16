"""The Training page's section on searches."""
