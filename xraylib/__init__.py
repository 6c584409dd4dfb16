"""From a folder of X-rays to a classified upload."""

__version__ = "0.1.0"
