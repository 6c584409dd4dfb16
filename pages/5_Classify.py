"""Classify: hand in images, read which class a published model finds them most like, and why."""

from xraylib.app.classify import page

page.show()
