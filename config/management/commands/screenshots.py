"""Take the screenshots of the documentation from a running site, in the system's Chromium."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.bootstrap.packages import browser

PICTURES = {
    "accueil": ("/", 1366, 900),
    "carte": ("/carte/", 1366, 900),
    "territoire": ("/territoires/commune/56260/", 1366, 1100),
    "telephone": ("/territoires/commune/56260/", 390, 844),
}


class Command(BaseCommand):
    help = "Refait les captures d’écran de docs/images à partir d’un site qui tourne."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="adresse du site")

    def handle(self, *args: Any, url: str, **options: Any) -> None:
        try:
            from playwright.sync_api import Error, sync_playwright
        except ImportError as error:
            raise CommandError("Playwright manque : lancez d’abord python3 manage.py test.") from error
        folder = Path(settings.BASE_DIR) / "docs" / "images"
        folder.mkdir(exist_ok=True)
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
            for name, (path, width, height) in PICTURES.items():
                page = chromium.new_page(viewport={"width": width, "height": height}, locale="fr-FR")
                try:
                    page.goto(url.rstrip("/") + path, wait_until="networkidle")
                except Error as error:
                    raise CommandError(f"{url} ne répond pas : lancez le site, ou donnez --url.") from error
                page.screenshot(path=folder / f"{name}.png")
                self.stdout.write(f"docs/images/{name}.png")
                page.close()
            chromium.close()
