"""What is wrong with a page as it stands, at a desk and on a phone: what axe finds, what overflows."""

from __future__ import annotations

from playwright.sync_api import Page

WIDTHS = (390, 1366)


def faults_of(page: Page) -> list[str]:
    """Rule and element of each fault, at each width; the page is not loaded again in between."""
    from axe_playwright_python.sync_playwright import Axe

    found: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 860})
        violations = Axe().run(page).response["violations"]
        found += [f"{width} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in violations]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{width}: wider than the screen")
    return found
