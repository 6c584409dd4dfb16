"""The page Home."""

from xraylib.app.shell.pages import Page

HOME = Page(
    key="home",
    order=0,
    file="streamlit_app.py",
    module="xraylib.app.home.page",
    title="X-ray Lab",
    icon=":material/radiology:",
    purpose="A folder of X-rays becomes a checked data set, a network, an honestly "
    "evaluated model and a page that classifies X-rays.",
    modes=("lab", "demo"),
)
