"""Names of territories inside a French sentence, from the INSEE type of name (TNCC)."""

from __future__ import annotations

ARTICLES = {2: "le ", 3: "la ", 4: "les ", 5: "l’", 6: "aux ", 7: "las ", 8: "los "}
"""Article of each TNCC that has one; 0 and 1 have none (1 begins with a vowel)."""

AT_ISLAND = {
    "departement": frozenset({"974", "976", "75", "975", "977", "978", "986"}),
    "region": frozenset({"04", "06"}),
}
"""Codes, by level, of the places that one is « à » rather than « en » or « dans »."""
VOWEL_OR_MUTE_H = 1
"""TNCC of the names without an article before which « de » elides: « d’Arras », « d’Hirson »."""


def begins_with_vowel(name: str) -> bool:
    """Return True when « de » elides before the name, as it is written."""
    return name[:1].upper() in set("AÂÀEÉÈÊIÎOÔUYŒÆ") and not name.startswith(("Y ", "Yu", "Ya", "Yo"))


def after_de(name: str) -> str:
    """Return the name of anybody or anything after « de »: « de Solinum », « d’Ombrière SAS »."""
    return ("d’" if begins_with_vowel(name) else "de ") + name


def of_name(name: str, level: str, name_type: int) -> str:
    """Return the name after « de »: « de Rennes », « du Havre », « des Lilas », « de l’Ain », « d’Arras »."""
    own = {2: ("Le ", "du "), 4: ("Les ", "des "), 6: ("Aux ", "des ")}.get(name_type)
    if own and name.startswith(own[0]):
        return own[1] + name.removeprefix(own[0])
    if level in ("epci", "ept") and name.startswith(("Communauté", "Métropole ")):
        return "de la " + name[0].lower() + name[1:] if name.startswith("Communauté ") else "de la " + name
    if level == "epci" and name.startswith("Eurométropole"):
        return "de l’" + name
    if level == "pays":
        return "de la " + name
    if level in ("departement", "region") and not has_own_article(name):
        contracted = {2: "du ", 3: "de la ", 4: "des ", 5: "de l’"}.get(name_type)
        if contracted:
            return contracted + name
    if name_type == VOWEL_OR_MUTE_H and name.startswith("H"):
        return "d’" + name
    return after_de(name)


def at_name(name: str, level: str, name_type: int, code: str = "") -> str:
    """Return the name as a place: « à Rennes », « au Havre », « en Bretagne », « dans l’Ain »."""
    if level in ("commune", "arrondissement") or code in AT_ISLAND.get(level, ()):
        own = {2: ("Le ", "au "), 4: ("Les ", "aux ")}.get(name_type)
        if own and name.startswith(own[0]):
            return own[1] + name.removeprefix(own[0])
        return f"à {name}"
    if level in ("departement", "region"):
        return within_name(name, level, name_type)
    if level == "pays":
        return f"en {name}"
    return f"sur le territoire {of_name(name, level, name_type)}"


def within_name(name: str, level: str, name_type: int) -> str:
    """Return the name of a département or région as a place: « dans le Morbihan », « en Bretagne »."""
    if name.startswith("Terres "):
        return f"dans les {name}"
    if name_type in (2, 4):
        return f"dans {ARTICLES[name_type]}{name}"
    if level == "departement" and name_type in (3, 5) and not name.endswith(("e", "ie")):
        return f"dans {ARTICLES[name_type]}{name}"
    if level == "departement" and name_type in (3, 5) and name in IN_WITH_ARTICLE:
        return f"dans {ARTICLES[name_type]}{name}"
    return f"en {name}"


IN_WITH_ARTICLE = frozenset(
    {
        "Aisne", "Ardèche", "Creuse", "Drôme", "Haute-Loire", "Haute-Marne", "Haute-Vienne", "Loire",
        "Manche", "Marne", "Mayenne", "Meuse", "Nièvre", "Oise", "Orne", "Sarthe", "Somme", "Vienne",
        "Yonne", "Aude", "Essonne", "Eure", "Indre", "Isère", "Ariège", "Haute-Saône",
    }
)  # fmt: skip
"""Départements whose usage is « dans la », « dans l’ », though their name ends in e."""


def has_own_article(name: str) -> bool:
    """Return True when the name carries its article: « La Réunion », « L’Haÿ-les-Roses »."""
    return name.startswith(("Le ", "La ", "Les ", "L’", "Aux ", "Los ", "Las "))
