"""French typography for text that comes from files: curators type on an ordinary keyboard.

Idempotent, and shy: it replaces a space or an apostrophe that is already there, and never adds a
character or a space that the author left out.
"""

from __future__ import annotations

import re

NBSP = "\u00a0"
NARROW = "\u202f"
SPACES = "[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028\u2029\u2060\ufeff]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

REPLACEMENTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=\w)['\u02bc\u2018](?=\w)"), "\u2019"),
    (re.compile(f"{SPACES}+(?=[;!?](?:\\s|$|»|\\)))"), NARROW),
    (re.compile(f"{SPACES}+(?=[:%](?:\\s|$|»|\\)|,|\\.))"), NBSP),
    (re.compile(f"«{SPACES}*"), "«" + NBSP),
    (re.compile(f"{SPACES}*»"), NBSP + "»"),
    (re.compile(f"(?<=\\d){SPACES}(?=\\d{{3}}(?!\\d))"), NARROW),
    (re.compile(f"(?<=\\d){SPACES}(?=(?:ha|m|m²|km|km²|kWh|MWh|MW|t|h|min|°C|€|M€|dB)(?!\\w))"), NBSP),
)


def clean_spaces(text: str) -> str:
    """Return the text with single ordinary spaces, no invisible character, no space at the ends of lines."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    text = INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (re.sub(f"{SPACES}+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(lines).strip()


def one_line(text: str) -> str:
    """Return the text on one line, with ordinary single spaces."""
    return re.sub(r"\s+", " ", clean_spaces(text)).strip()


def apply_typography(text: str) -> str:
    """Return the text with French apostrophes and no-break spaces, line breaks preserved."""
    text = clean_spaces(text)
    for pattern, replacement in REPLACEMENTS:
        text = pattern.sub(replacement, text)
    return text
