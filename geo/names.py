"""How a place name is compared: the same form for what people type and for what the database holds."""

from __future__ import annotations

import re
import unicodedata

ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s/": "sur"}
ARTICLES = ("l", "le", "la", "les", "los", "las", "aux")
LINKS = frozenset({*ARTICLES, "d", "de", "des", "du", "en", "et", "sur", "sous", "a", "au", "lès", "lez"})
LEGAL_FORMS = (
    "communaute de communes",
    "communaute d agglomeration",
    "communaute urbaine",
    "metropole",
    "eurometropole",
)


def normalise(text: str) -> str:
    """Return the name as it is compared, without accents, « st » in full: « St-Étienne » → saint etienne."""
    text = text.casefold().replace("œ", "oe").replace("æ", "ae")
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    words = re.findall(r"s/|[a-z0-9]+", text)
    return " ".join(ABBREVIATIONS.get(word, word) for word in words)


def slugify_name(name: str) -> str:
    """Return the name as a slug: « L’Haÿ-les-Roses » → l-hay-les-roses."""
    return normalise(name).replace(" ", "-")


def bare_names(normalised: str) -> list[str]:
    """Return the name without its legal form, then without its article: both stand for the name."""
    found = []
    for form in LEGAL_FORMS:
        if normalised.startswith(form + " "):
            normalised = normalised.removeprefix(form + " ")
            found.append(normalised)
            break
    words = normalised.split(" ")
    while len(words) > 1 and words[0] in LINKS:
        words = words[1:]
        found.append(" ".join(words))
    return found


def inner_names(normalised: str) -> list[str]:
    """Return the ends of a name that begin at a word one may remember it by: « saint malo » → malo."""
    words = normalised.split(" ")
    return [" ".join(words[i:]) for i in range(1, len(words)) if words[i] not in LINKS and len(words[i]) > 1]
