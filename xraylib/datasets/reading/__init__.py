"""How a folder is read: which folders are splits, classes, folds or masks, and what is left out."""
