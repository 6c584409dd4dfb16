"""The page Architecture."""

from xraylib.app.shell.pages import Page

ARCHITECTURE = Page(
    key="architecture",
    order=20,
    file="pages/2_Architecture.py",
    module="xraylib.app.architecture.page",
    title="Architecture",
    icon=":material/layers:",
    purpose="Put layers together and watch what each one makes of the X-ray's size.",
    action="Design",
)
