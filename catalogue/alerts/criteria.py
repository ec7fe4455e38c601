"""The criteria of a saved search in words: a search of records or one of « Trouver un terrain »."""

from __future__ import annotations

from django.utils.translation import gettext as _

from catalogue.public.search.criteria import (
    Criteria,
    around_words,
    facet_words,
    of_records,
    place_with_of,
    population_words,
    quoted,
)
from catalogue.public.search.filters import RecordFilterForm
from catalogue.public.search.parameters import labels
from catalogue.rankings.grounds.forms import GroundForm


def criteria_of(form: RecordFilterForm | GroundForm) -> Criteria:
    """Put the criteria of a valid form in words."""
    return of_records(form.search) if isinstance(form, RecordFilterForm) else of_grounds(form)


def of_grounds(form: GroundForm) -> Criteria:
    data, wish = form.cleaned_data, form.wish
    solution = data["solution"]
    named = _("pour %(title)s") % {"title": quoted(solution.title)} if solution is not None else ""
    if data["description"]:
        named = _("pour une solution décrite ainsi : %(text)s") % {"text": quoted(data["description"])}
    terms = {
        f"theme:{theme.code}": facet_words("theme", theme.label)
        for theme in (wish.themes if data["theme"] else ())
    }
    densities = labels(form.fields["densite"])
    others = [
        *wish.grounds,
        *(facet_words("densite", densities[code]) for code in data["densite"]),
        *([_("sur le littoral")] if wish.coastal else []),
        *population_words(wish.population_min, wish.population_max),
    ]
    place = []
    if wish.region is not None:
        place.append(wish.region.at_name)
    if data["autour"] is not None:
        place.append(
            around_words(data["autour"], wish.radius_km)
            if wish.radius_km is not None
            else _("près %(place)s") % {"place": place_with_of(data["autour"])}
        )
    return Criteria(_("terrains"), named, ", ".join(place), terms, tuple(others))
