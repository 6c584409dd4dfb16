"""The page Classify."""

from xraylib.app.shell.pages import Page

CLASSIFY = Page(
    key="classify",
    order=50,
    file="pages/5_Classify.py",
    module="xraylib.app.classify.page",
    title="Classify",
    icon=":material/query_stats:",
    purpose="Show an X-ray to a published model and see what it says, and why.",
    action="Try an X-ray",
    modes=("lab", "demo"),
)

MODEL_CARD = Page(
    key="card",
    order=60,
    file="pages/6_Model_card.py",
    module="xraylib.app.classify.card_page",
    title="Model card",
    icon=":material/id_card:",
    purpose="What a published model is for, what it learned from, how good it was and "
    "what it cannot do.",
    modes=("lab", "demo"),
)
