"""Architecture: put layers together and see each output shape and parameter count."""

from xraylib.app.architecture import page

page.show()
