"""The tasks beside the pages."""

from xraylib.app.shell.pages import Aside

LESSON = Aside(
    key="lesson",
    module="xraylib.app.lesson.panel",
    pages=(
        "home",
        "dataset",
        "architecture",
        "training",
        "results",
    ),  # who classifies has no lesson
)
