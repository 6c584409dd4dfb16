"""The tasks beside the pages."""

from xraylib.app.shell.pages import Aside

LESSON = Aside(key="lesson", module="xraylib.app.lesson.panel")
