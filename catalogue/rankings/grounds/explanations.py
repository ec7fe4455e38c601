"""Why a ground stands where it stands: every factor of its score, in words and as a share of 1."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalogue.rankings.grounds.footprint import Footprint, Model
from catalogue.rankings.grounds.wish import Wish
from catalogue.rankings.solutions import Factor, currency_factors
from catalogue.records import affinity
from catalogue.records.wording import distance_words, format_integer
from geo.prose import after_de

Row = dict[str, Any]
LIKENESS_WORDS = (
    (0.7, gettext_lazy("profil très proche de celui %(of_model)s")),
    (0.5, gettext_lazy("profil proche de celui %(of_model)s")),
    (0.33, gettext_lazy("profil assez différent de celui %(of_model)s")),
    (0.0, gettext_lazy("profil très différent de celui %(of_model)s")),
)
OPENING_WORDS = {
    "ouvert": gettext_lazy("ouvert aux candidatures"),
    "reserve": gettext_lazy("réservé pour le moment"),
    "historique": gettext_lazy("essais passés, ouverture non connue"),
}


def territory_factors(row: Row, wish: Wish, where: Footprint) -> list[Factor]:
    """Resemblance, nearness, open site, stated need."""
    return [
        _likeness(row, row["resemblance"], where),
        *_nearness(row, wish),
        Factor(_("Terrain offert"), _site_words(row), row["ground"]),
        Factor(_("Besoin exprimé"), _needs_words(row), row["need"]),
    ]


def site_factors(row: Row, wish: Wish, where: Footprint) -> list[Factor]:
    """Opening, theme, nearness, resemblance; a factor that nobody asked for is not shown."""
    factors = [Factor(_("Ouverture"), opening_words(row), row["ground"])]
    if wish.themes:
        words = _shared_words(row) or (
            _("autre thème") if row["bears"] else _("le site ne précise pas de thème")
        )
        factors.append(Factor(_("Thème"), words, row["theme"]))
    if wish.description:
        words = (
            _("sujet proche, ou mots de votre description dans ce qu’il admet")
            if row["suits"]
            else _("rien n’y dit qu’il admet votre essai")
        )
        factors.append(Factor(_("Essais"), words, row["fit"]))
    factors += _nearness(row, wish)
    if where.models:
        factors.append(_likeness(row, row["likeness"], where, known=row["has_likeness"]))
    return [*factors, *currency_factors(row)]


def need_factors(row: Row, wish: Wish, where: Footprint, *, national: bool) -> list[Factor]:
    """Need, theme and, for a need that has a place, nearness and resemblance."""
    factors = [Factor(_("Besoin"), need_words(row, wish), row["need"])]
    if not wish.has_subject:
        factors.append(Factor(_("Thème"), _shared_words(row) or _("autre thème"), row["theme"]))
    if national:
        return [*factors, *currency_factors(row)]
    factors += _nearness(row, wish)
    if where.models:
        factors.append(_likeness(row, row["likeness"], where, known=row["has_likeness"]))
    return [*factors, *currency_factors(row)]


def need_words(row: Row, wish: Wish) -> str:
    """Why a need is there: somebody said so, the subjects are near, or it bears a theme asked for."""
    if row["linked"]:
        how = row["how"]
        return _("répond explicitement : %(how)s") % {"how": how} if how else _("répond explicitement")
    if not wish.has_subject:
        return _("même thème")
    if row["cosine"] == affinity.BY_WORDS:
        return _("même thème et mots du titre en commun")
    shared = _shared_words(row)
    return (
        _("sujet proche ; thème en commun : %(theme)s") % {"theme": shared} if shared else _("sujet proche")
    )


def opening_words(row: Row) -> str:
    """Whether the site is open, and when."""
    words = str(OPENING_WORDS[row["site_state"]])
    if row["available_from"] is not None and row["site_state"] != "historique":
        words = _("%(words)s, à partir du %(date)s") % {
            "words": words,
            "date": date_format(row["available_from"]),
        }
    if row["available_until"] is not None and row["site_state"] != "historique":
        words = _("%(words)s, jusqu’au %(date)s") % {
            "words": words,
            "date": date_format(row["available_until"]),
        }
    return words


def _shared_words(row: Row) -> str:
    return ", ".join(row["shared"])


def _nearness(row: Row, wish: Wish) -> list[Factor]:
    if wish.point is None:
        return []
    metres = row["metres"]
    words = _("lieu non connu") if metres is None else distance_words(metres)
    return [Factor(_("Proximité"), words, row["nearness"])]


def _likeness(row: Row, value: float, where: Footprint, *, known: bool = True) -> Factor:
    if not known:
        return Factor(_("Ressemblance"), _("profil du lieu non connu"), value)
    model = where.models[row["position"] - 1]
    words = next(words for least, words in LIKENESS_WORDS if value >= least)
    return Factor(_("Ressemblance"), words % {"of_model": after_de(model.name)}, value)


def likeness_sentence(row: Row, wish: Wish, where: Footprint) -> str:
    """Which model a territory resembles, what worked there, and the first figures of both."""
    model = where.models[row["position"] - 1]
    return _("Modèle : %(model)s, où %(trial)s. %(figures)s") % {
        "model": model.name,
        "trial": trial_words(model, wish),
        "figures": figures_words(row),
    }


def trial_words(model: Model, wish: Wish) -> str:
    """What worked in a model territory."""
    proof = _("preuve %(level)d sur 5") % {"level": model.proof_level or 0}
    if wish.description:
        return _("« %(title)s », d’une solution qui lui ressemble, a été mis en œuvre (%(proof)s)") % {
            "title": model.experiment,
            "proof": proof,
        }
    if wish.solution_id is None:
        return _("« %(title)s » a un résultat mesuré (%(proof)s)") % {
            "title": model.experiment,
            "proof": proof,
        }
    return _("la solution a été mise en œuvre (%(proof)s)") % {"proof": proof}


def figures_words(row: Row) -> str:
    """Population and density of the place and of its model: the first two variables of both profiles."""
    (people, density), (model_people, model_density) = row["values"][:2], row["model_values"][:2]
    return _("Ici %(people)s hab. et %(density)s hab./km² ; là-bas %(there)s et %(dense)s.") % {
        "people": format_integer(people),
        "density": format_integer(density),
        "there": format_integer(model_people),
        "dense": format_integer(model_density),
    }


def _site_words(row: Row) -> str:
    if row["site_state"] is None:
        return _("aucun site offert")
    return _("%(title)s : %(state)s") % {
        "title": row["site_title"],
        "state": OPENING_WORDS[row["site_state"]],
    }


def _needs_words(row: Row) -> str:
    if not row["needs"]:
        return _("aucun besoin qui y corresponde")
    words = ngettext(
        "%(n)d besoin qui y correspond : « %(title)s »",
        "%(n)d besoins qui y correspondent, dont « %(title)s »",
        row["needs"],
    )
    return words % {"n": row["needs"], "title": row["need_title"]}
