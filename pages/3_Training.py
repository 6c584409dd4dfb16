"""Training: settings, a run that is watched while it learns, and all runs so far."""

from xraylib.app.training import page

page.show()
