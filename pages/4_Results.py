"""Results: how good a run is, on how many images, where it errs; and publishing it."""

from xraylib.app.results import page

page.show()
