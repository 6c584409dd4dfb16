"""The report of a run on a phone: tables scroll, the page does not."""

from __future__ import annotations

from pathlib import Path

from made_runs import draw_noise, finish, made_run
from playwright.sync_api import Browser

from xraylib.reports.run import run_report
from xraylib.workspace import Workspace

WIDTH = 390


def test_a_wide_table_is_moved_by_itself(
    workspace: Workspace, tmp_path: Path, browser: Browser
) -> None:
    run = finish(made_run(workspace, draw_noise(tmp_path / "images", train=10)), wrong=3)
    with browser.new_context(viewport={"width": WIDTH, "height": 844}) as context:
        page = context.new_page()
        page.set_content(run_report(run))
        widths = page.evaluate(
            "[document.documentElement, ...document.querySelectorAll('table')]"
            ".map((one) => [one.scrollWidth, one.clientWidth])"
        )
        (whole, shown), *tables = widths
        assert whole == shown == WIDTH
        assert any(inside > seen for inside, seen in tables)
