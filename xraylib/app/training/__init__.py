"""The page Training."""

from xraylib.app.shell.pages import Page

TRAINING = Page(
    key="training",
    order=30,
    file="pages/3_Training.py",
    module="xraylib.app.training.page",
    title="Training",
    icon=":material/model_training:",
    purpose="Let the network learn, watch it, and stop whenever you have seen enough.",
    action="Train",
)
