"""Dataset: which images there are, how they may vary, and how they are prepared."""

from xraylib.app.dataset import page

page.show()
