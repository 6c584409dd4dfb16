"""The X-rays tab: which are shown, one of them large, and several corrected at once."""
