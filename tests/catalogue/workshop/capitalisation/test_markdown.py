"""Markdown that people type becomes safe HTML, and plain text where marks have no place."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest

from catalogue.records.markdown import render_markdown, strip_markdown

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert&#40;1&#41;</script>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href=javascript:alert(1)>x</a>",
    "<math><mi//xlink:href='data:x,<script>alert(4)</script>'>",
    "<body onload=alert(1)>",
    "<style>*{background:url(javascript:alert(1))}</style>",
    "<p style='position:fixed'>x</p>",
    "<form action=https://exemple.fr><input name=q></form>",
    "<!-- --><script>alert(1)</script>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<table><td background=javascript:alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](//exemple.fr)",
    "[x](/compte/deconnexion/)",
    "[x](file:///etc/passwd)",
    "[x](https://exemple.fr \"onmouseover=alert(1)\")",
    "[x](https://exemple.fr\" onmouseover=alert(1) \")",
    "[x](<https://exemple.fr\"onmouseover=\"alert(1)>)",
    "![x](https://exemple.fr/pisteur.png)",
    "![x](x\"onerror=\"alert(1))",
    "![x][r]\n\n[r]: https://exemple.fr/pisteur.png",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "<https://exemple.fr/\"onmouseover=\"alert(1)>",
    "`<script>alert(1)</script>`",
    "```\"><script>alert(1)</script>\nx\n```",
    "    <script>alert(1)</script>",
    "# <script>alert(1)</script>",
    "| <script>alert(1)</script> | b |\n|---|---|\n| <img src=x onerror=alert(1)> | 2 |",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "\ufeff<script>alert(1)</script>\u2028",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "**<b onclick=alert(1)>x</b>**",
    "<div class=\"tableau\" tabindex=\"0\" onfocus=\"alert(1)\" autofocus>",
)  # fmt: skip
ALLOWED = {
    "p": set(), "br": set(), "hr": set(), "em": set(), "strong": set(), "code": set(), "pre": set(),
    "blockquote": set(), "ul": set(), "ol": {"start"}, "li": set(), "a": {"href", "title", "rel"},
    "h3": set(), "h4": set(), "table": set(), "thead": set(), "tbody": set(), "tr": set(),
    "th": {"class"}, "td": {"class"}, "div": {"class", "role", "tabindex", "aria-label"},
}  # fmt: skip


class Elements(HTMLParser):
    """The elements that a browser would make."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_nothing_runs_and_nothing_is_fetched(number: int) -> None:
    for text in (PAYLOADS[number], f"Avant {PAYLOADS[number]} **après**"):
        for tag, attributes in Elements(render_markdown(text)).found:
            assert set(attributes) <= ALLOWED[tag], (text, tag, attributes)
            assert (attributes.get("href") or "https://").startswith(("https://", "http://", "mailto:"))
            assert attributes.get("tabindex", "0") == "0"


def test_what_is_written_is_shown_with_the_outline_of_the_page() -> None:
    text = (
        "# Titre\n**gras** et *italique*\nà la ligne\n\n- [lien](https://exemple.fr)\n\n|a|b|\n|-|-:|\n|1|2|"
    )

    html = render_markdown(text, heading=3)

    assert "<h3>Titre</h3>" in html
    assert "<strong>gras</strong> et <em>italique</em><br>" in html
    assert '<a href="https://exemple.fr" rel="external nofollow noopener">lien</a>' in html
    assert 'tabindex="0"' in html
    assert '<td class="droite">2</td>' in html
    assert strip_markdown(text) == "Titre\n\ngras et italique\nà la ligne\n\n– lien\n\na ; b\n1 ; 2"


def test_a_plain_text_stays_what_it_was() -> None:
    text = "Une phrase.\nUne autre, avec 2 < 3 & « guillemets ».\n\n    Un alinéa\n[1]: une note"

    assert render_markdown(text) == (
        "<p>Une phrase.<br>\nUne autre, avec 2 &lt; 3 &amp; « guillemets ».</p>\n"
        "<p>Un alinéa<br>\n[1]: une note</p>\n"
    )


@pytest.mark.parametrize("text", ["[" * 20_000, "[a](" * 5_000, "*" * 20_000, "> " * 10_000], ids=range(4))
def test_no_text_takes_long_to_read(text: str) -> None:
    start = time.perf_counter()
    render_markdown(text)
    assert time.perf_counter() - start < 2
