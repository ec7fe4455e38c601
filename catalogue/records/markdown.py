"""Markdown that a person typed, as HTML that a page can hold and as plain text.

No raw HTML, no image, no link but to http(s) and mailto; what markdown-it makes is then cleaned by nh3, so
that two libraries would have to fail together. A plain text is valid Markdown, with its line breaks.
``render_markdown`` is the only place of the site that marks HTML as safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

SCHEMES = ("http://", "https://", "mailto:")
DEEPEST = 6
TAGS = {
    "p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "a", "ul", "ol", "li",
    "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
ALIGNED = {"text-align:right": "droite", "text-align:center": "centre"}
"""A column is aligned by a class: the policy of the site allows no style attribute."""
CLASSES = {tag: set(ALIGNED.values()) for tag in ("th", "td")}
REL = "external nofollow noopener"
FRAME = '<div class="tableau" role="group" tabindex="0" aria-label="Tableau"><table>'
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
CELL = " ; "
BLOCKS = ("paragraph_close", "heading_close", "table_close")
CLOSING = (*BLOCKS, "bullet_list_close", "ordered_list_close")
MOST_BRACKETS = 500
"""Opening brackets beyond which none makes a link: reading them takes a time that grows as their square."""


def _reader() -> MarkdownIt:
    """CommonMark with tables; without what would hide words of a plain text or let something in."""
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True})
    reader.enable("table").disable(["image", "html_block", "html_inline", "code", "lheading", "reference"])
    reader.validateLink = _is_allowed  # type: ignore[method-assign]
    return reader


def _is_allowed(url: str) -> bool:
    return url.strip().casefold().startswith(SCHEMES)


READER = _reader()


def render_markdown(text: str, heading: int = 3) -> SafeString:
    """Return safe HTML, the first level of headings at ``heading`` to fit the page's outline."""
    return mark_safe(_html(text, heading))


@lru_cache(maxsize=512)
def _html(text: str, heading: int) -> str:
    tokens = _tokens(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(DEEPEST, int(token.tag[1]) + heading - 1)}"
        if token.type in ("th_open", "td_open"):
            side = ALIGNED.get(str(token.attrs.get("style")))
            token.attrs = {"class": side} if side else {}
    made = READER.renderer.render(tokens, READER.options, {})
    cleaned = nh3.clean(
        made,
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes={scheme.split(":")[0] for scheme in SCHEMES},
        link_rel=REL,
    )
    return cleaned.replace("<table>", FRAME).replace("</table>", "</table></div>")


def _tokens(text: str) -> list[Token]:
    text = CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if text.count("[") > MOST_BRACKETS:
        text = text.replace("[", "\\[")
    return READER.parse(text)


@lru_cache(maxsize=512)
def strip_markdown(text: str) -> str:
    """Return the text without its marks, for a search, an export or a summary."""
    lines: list[str] = []
    cells: list[str] | None = None
    prefix = ""
    for token in _tokens(text):
        if token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            lines.append(CELL.join(cells or []))
            cells = None
        elif token.type == "list_item_open":
            prefix = f"{token.info}. " if token.info else "– "
        elif token.type == "fence":
            lines += [token.content.rstrip("\n"), ""]
        elif token.type == "inline":
            words = _words(token.children or [])
            if cells is None:
                lines.append(prefix + words)
                prefix = ""
            else:
                cells.append(words)
        elif token.type in CLOSING and not token.hidden and (token.level == 0 or token.type in BLOCKS):
            lines.append("")
    return "\n".join(lines).strip()


def _words(children: Sequence[Token]) -> str:
    breaks = ("softbreak", "hardbreak")
    return "".join("\n" if child.type in breaks else child.content for child in children)


def count_words(texts: Iterable[str]) -> int:
    return sum(len(strip_markdown(text).split()) for text in texts)
