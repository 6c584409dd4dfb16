"""The page Results."""

from xraylib.app.shell.pages import Page

RESULTS = Page(
    key="results",
    order=40,
    file="pages/4_Results.py",
    module="xraylib.app.results.page",
    title="Results",
    icon=":material/insights:",
    purpose="How often is it right, how sure can one be of that, and where is it wrong?",
    action="Judge",
)
