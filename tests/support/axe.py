"""What axe-core finds on a page of Chromium."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from lab_server import settle
from playwright.sync_api import Page

_AXE = Path(str(files("axe_playwright_python") / "axe.min.js"))
# Only violations that people notice; "minor" and "moderate" are advice.
_RUN = """async rules => {
  const only = rules.length ? {runOnly: rules} : {};
  const found = await axe.run(document, {resultTypes: ["violations"], ...only});
  return found.violations
    .filter(v => ["serious", "critical"].includes(v.impact))
    .flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 160)} (${n.failureSummary})`));
}"""


def violations(page: Page, *rules: str) -> list[str]:
    """Serious violations of these rules, or of all, once the page stands still."""
    settle(page)
    return violations_now(page, *rules)


def violations_now(page: Page, *rules: str) -> list[str]:
    """The same of a page that is none of Streamlit's."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    result: list[str] = page.evaluate(_RUN, rules)
    return result
