"""What a page of results is called, in the list of the windows, in the history and at its top."""

from __future__ import annotations

from django.utils.translation import gettext as _

from catalogue.public.search.criteria import of_records, quoted
from catalogue.public.search.record_search import RecordSearch
from catalogue.records.wording import NBSP

LONGEST = 90
"""Characters of what is searched that a title shows."""


def describe_page(search: RecordSearch, section: str, number: int) -> dict[str, str]:
    """``title`` and ``heading`` of a page of the list (« fiches ») or of the map (« carte »)."""
    asked = searched_words(search)
    page = _("page %(n)d") % {"n": number} if number > 1 else ""
    title, plain, named = {
        "fiches": (_("fiches"), _("Toutes les fiches"), _("Fiches")),
        "carte": (_("carte"), _("Carte des fiches"), _("Carte des fiches")),
    }[section]
    titled = f"{asked} – {title}" if asked else title.capitalize()
    headed = f"{named}{NBSP}: {asked}" if asked else plain
    return {
        "title": ", ".join(filter(None, (titled, page))),
        "heading": ", ".join(filter(None, (headed, page))),
    }


def searched_words(search: RecordSearch) -> str:
    """The words as they were typed, then the filters in words; "" when everything is shown."""
    typed = search.get("q")
    phrases = [phrase for phrase in of_records(search).phrases() if not typed or phrase != quoted(typed)]
    text = ", ".join([typed, *phrases] if typed else phrases)
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rsplit(" ", 1)[0] + "…"
