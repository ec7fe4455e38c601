"""What is wrong with a page as it stands, at a desk and on a phone: what axe finds, what overflows."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WIDTHS = (390, 1366)
RUN = "axe.run({resultTypes: ['violations']}).then((found) => found.violations)"


def faults_of(page: Page) -> list[str]:
    """Rule and element of each fault, at each width; the page is not loaded again in between."""
    found: list[str] = []
    page.evaluate(AXE_SCRIPT)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 860})
        found += [f"{width} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in page.evaluate(RUN)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{width}: wider than the screen")
    return found
