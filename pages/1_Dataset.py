"""Dataset."""

from xraylib.ui import shell

workspace = shell.open_page("dataset")
