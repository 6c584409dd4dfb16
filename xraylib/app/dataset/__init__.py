"""The page Dataset."""

from xraylib.app.shell.pages import Page

DATASET = Page(
    key="dataset",
    order=10,
    file="pages/1_Dataset.py",
    module="xraylib.app.dataset.page",
    title="Dataset",
    icon=":material/photo_library:",
    purpose="Look at the X-rays, and see what will be learnt from before anything learns.",
    action="See X-rays",
)
