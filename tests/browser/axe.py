"""What axe-core finds on a page of Chromium."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from playwright.sync_api import Page, expect

_AXE = Path(str(files("axe_playwright_python") / "axe.min.js"))
# Only violations that people notice; "minor" and "moderate" are advice.
_RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations
    .filter(v => ["serious", "critical"].includes(v.impact))
    .flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 160)} (${n.failureSummary})`));
}"""


def violations(page: Page) -> list[str]:
    """Serious violations once the page stands still."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute(
        "data-test-script-state", re.compile("notRunning"), timeout=60_000
    )
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)
    page.wait_for_timeout(400)  # colours fade in; half a fade has half the contrast
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    result: list[str] = page.evaluate(_RUN)
    return result
