"""The page Dataset."""
