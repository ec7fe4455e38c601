"""Three ways of using a page: with a mouse, with a keyboard alone, and without JavaScript.

A journey is written once and carried out by each of them.
"""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, Page, expect

HAS_FOCUS = "one => one === document.activeElement"
MOST_TABS = 150
"""Presses of the Tab key after which a control counts as out of reach."""


class Mouse:
    """Clicks, and types where it clicked."""

    javascript = True
    draws = True

    def __init__(self, browser: Browser, base_url: str) -> None:
        self.context = browser.new_context(
            java_script_enabled=self.javascript, locale="fr-FR", timezone_id="Europe/Paris"
        )
        self.page: Page = self.context.new_page()
        self.base_url = base_url

    def go(self, path: str) -> None:
        """Open an address of the site."""
        self.page.goto(path if path.startswith("http") else self.base_url + path)

    def press(self, control: Locator) -> None:
        """Use a button or follow a link."""
        control.click()

    def write(self, field: Locator, text: str) -> None:
        """Fill a text field."""
        field.fill(text)

    def tick(self, box: Locator) -> None:
        """Tick a checkbox or choose a radio button."""
        box.check()

    def choose(self, select: Locator, label: str) -> None:
        """Choose an option of a list."""
        select.select_option(label=label)

    def button(self, name: str) -> None:
        """Use the button of that name."""
        self.press(self.page.get_by_role("button", name=name).first)

    def link(self, name: str) -> None:
        """Follow the link of that name."""
        self.press(self.page.get_by_role("link", name=name).first)

    def field(self, label: str, text: str) -> None:
        """Fill the field of that label."""
        self.write(self.page.get_by_label(label).first, text)

    def log_in(self, email: str, password: str) -> None:
        """Enter with an account."""
        self.go("/compte/connexion/")
        self.field("Adresse électronique", email)
        self.field("Mot de passe", password)
        self.press(self.page.locator("main").get_by_role("button", name="Se connecter"))
        expect(self.page.get_by_role("heading", level=1, name="Mon espace")).to_be_visible()

    def close(self) -> None:
        """Leave the browser."""
        self.context.close()


class WithoutJavaScript(Mouse):
    """The same with pages that run no script: nothing is drawn, coordinates are typed."""

    javascript = False
    draws = False


class Keyboard(Mouse):
    """Tab to a control, then the key that uses it; the mouse is never touched."""

    draws = False

    def reach(self, control: Locator) -> None:
        """Press Tab until the control has the focus; it must be reachable."""
        control.wait_for(state="attached")
        if self.page.evaluate("document.activeElement === document.body"):
            self.page.keyboard.press("Tab")  # the first stop of every page leads past its menus
            self.page.keyboard.press("Enter")
        if control.evaluate(HAS_FOCUS):
            return
        target = control.element_handle()
        for _tab in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if target.evaluate(HAS_FOCUS):
                return
        raise AssertionError(f"out of reach of the Tab key: {control}")

    def press(self, control: Locator) -> None:
        self.reach(control)
        self.page.keyboard.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(text)

    def tick(self, box: Locator) -> None:
        if box.is_checked():
            return
        if box.get_attribute("type") == "radio":
            self._arrow_to(box)
        else:
            self.reach(box)
            self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def _arrow_to(self, radio: Locator) -> None:
        group = self.page.locator(f'input[type="radio"][name="{radio.get_attribute("name")}"]')
        chosen = group.and_(self.page.locator(":checked"))
        self.reach(chosen if chosen.count() else group.first)
        if not chosen.count():
            self.page.keyboard.press("Space")
        for _step in range(group.count()):
            if radio.is_checked():
                return
            self.page.keyboard.press("ArrowDown")

    def choose(self, select: Locator, label: str) -> None:
        self.reach(select)
        self.page.keyboard.type(label)
        expect(select.locator("option:checked")).to_have_text(label)


HANDS = {"souris": Mouse, "clavier": Keyboard, "sans-javascript": WithoutJavaScript}
