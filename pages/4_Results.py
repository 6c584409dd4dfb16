"""Results: how good a run is, on how many films, where it errs; and publishing it."""

from xraylib.app.results import page

page.show()
