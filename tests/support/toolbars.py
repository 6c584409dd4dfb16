"""What the small toolbars of charts, tables and pictures cover where the pointer is over them."""

from __future__ import annotations

from playwright.sync_api import Page

# Every toolbar with what it belongs to is looked at where the pointer is over it; what is written
# or can be pressed elsewhere on the page must not lie under it.
_COVERED = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  const bars = [...document.querySelectorAll(
    '[data-testid="stElementToolbar"], .modebar-container .modebar-group')];
  const visible = {opacityProperty: true, visibilityProperty: true};
  // What is held at the bottom lies above all that is moved under it.
  const seen = element => element.checkVisibility(visible)
    && !element.closest('[data-testid="stBottom"]');
  const whole = document.querySelector('[role="dialog"]') || main;
  const cut = (rect, element) => {  // what is in sight of it where something around it scrolls
    let {left, top, right, bottom} = rect;
    for (let around = element; around && around !== whole; around = around.parentElement) {
      if (around === element || getComputedStyle(around).overflow === "visible") continue;
      const box = around.getBoundingClientRect();
      [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
      [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
    }
    return {left, top, right, bottom};
  };
  const pieces = [];
  for (const element of whole.querySelectorAll(
      'button, a, input, textarea, select, label, [role="tab"], [role="slider"], summary')) {
    if (seen(element)) pieces.push([element, [element.getBoundingClientRect()]]);
  }
  const texts = document.createTreeWalker(whole, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    if (!node.data.trim() || !seen(node.parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    pieces.push([node.parentElement, [...range.getClientRects()]]);
  }
  const found = [];
  let looked = 0;
  for (const bar of bars) {
    const box = bar.getBoundingClientRect();
    if (!box.width || !box.height || !whole.contains(bar)) continue;
    looked += 1;
    const own = bar.closest('[data-testid="stElementContainer"]') || bar.parentElement;
    for (const [element, rects] of pieces) {
      if (own.contains(element) || element.contains(own)) continue;
      for (const rect of rects.map(one => cut(one, element))) {
        const wide = Math.min(rect.right, box.right) - Math.max(rect.left, box.left);
        const high = Math.min(rect.bottom, box.bottom) - Math.max(rect.top, box.top);
        if (wide > 2 && high > 2) {
          const what = (element.innerText || element.getAttribute('aria-label') || element.tagName);
          const of = own.firstElementChild?.dataset.testid || own.className;
          const size = `${Math.round(wide)}x${Math.round(high)}`;
          found.push(`${of} covers ${size} of "${what.slice(0, 50)}"`);
          break;
        }
      }
    }
  }
  return [looked, [...new Set(found)]];
}"""


def covered(page: Page) -> tuple[int, list[str]]:
    """How many toolbars there are, and what each covers, hovered or not."""
    looked, found = page.evaluate(_COVERED)
    return int(looked), list(found)
