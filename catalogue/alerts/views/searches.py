"""Saved searches of an account: save one, list them, change one, delete one, the URL of the feed."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue.alerts import feed, saving
from catalogue.alerts.criteria import criteria_of
from catalogue.alerts.forms import SearchForm, TargetForm
from catalogue.models import AlertMatch, FeedKey, Record, SavedSearch
from catalogue.public.search.feedback import place_in_words
from catalogue.public.search.filters import RecordFilterForm
from catalogue.rankings.grounds.forms import settle
from catalogue.web import form_recovery
from catalogue.web.access import account
from catalogue.web.errors import bad_request
from catalogue.web.paging import PageForm, page_of

SECTION = {"section": "recherches"}
HEAVY = (
    "zone",
    "centre",
    "words",
    "reason_words",
    "terms",
    "stems",
    "families",
    "numbers",
    "signs",
    "twins",
    "asked",
)
FOUND = Q(matches__record__state=Record.State.PUBLISHED)


@account
@require_safe
def search_list(request: HttpRequest) -> HttpResponse:
    """The searches of the account, what they found, and the address of its feed."""
    form = PageForm(request.GET)
    if not form.is_valid():
        return bad_request(request, form)
    user = cast(User, request.user)
    searches = (
        SavedSearch.objects.filter(user=user)
        .defer(*HEAVY)
        .annotate(found=Count("matches", filter=FOUND), last=Max("matches__matched_at", filter=FOUND))
        .order_by("name", "pk")
    )
    page = page_of(searches, form.cleaned_data["page"])
    key = FeedKey.objects.filter(user=user).first()
    return render(
        request,
        "catalogue/alerts/search_list.html",
        {
            **SECTION,
            "page": page,
            "searches": [{"search": one, "url": saving.search_url(one)} for one in page],
            "feed_url": feed.feed_url(key) if key is not None else "",
            "feed_since": key.created_at if key is not None else None,
            "limit": saving.MOST_PER_ACCOUNT,
        },
    )


@account
@require_http_methods(["GET", "HEAD", "POST"])
def search_save(request: HttpRequest) -> HttpResponse:
    """Save the search whose criteria are in the URL, as the page that it comes from reads them."""
    target_form = TargetForm(request.GET)
    if not target_form.is_valid():
        return bad_request(request, target_form)
    target = target_form.cleaned_data["cible"]
    criteria = saving.form_of(target, request.GET)
    if not criteria.is_valid():
        return bad_request(request, criteria)
    query = _settled(criteria, request.GET)
    if query is not None:
        return redirect(f"{request.path}?cible={target}&{query}")
    if len(saving.canonical_query(criteria)) > saving.LONGEST_QUERY:
        criteria.add_error(None, _("Cette recherche a trop de critères pour être enregistrée."))
        return bad_request(request, criteria)
    given = form_recovery.submitted_data(request)
    form = SearchForm(
        given, initial={"name": criteria_of(criteria).name, "rhythm": SavedSearch.Rhythm.WEEKLY}
    )
    if request.method == "POST" and form.is_valid():
        done = _save(request, target, criteria, form)
        if done is not None:
            return done
    elif given is not None and request.method != "POST":
        messages.info(request, _("Votre session avait expiré : vérifiez, puis enregistrez."))
    context = {
        **SECTION,
        "form": form,
        "criteria": list(criteria_of(criteria).phrases()),
        "has_words": bool(criteria.cleaned_data.get("q")),
        "back_url": saving.search_url(
            SavedSearch(target=target, query_string=saving.canonical_query(criteria))
        ),
    }
    return render(request, "catalogue/alerts/search_save.html", context)


def _settled(form: saving.SearchForm, parameters: QueryDict) -> str | None:
    """The query string once what is typed as a name has become a place; None when nothing has to change."""
    if isinstance(form, RecordFilterForm):
        reading = place_in_words(form.search)
        return None if reading is None else form.search.query_string(cible=None, **reading.parameters)
    return settle(form, parameters)


def _save(
    request: HttpRequest, target: str, criteria: saving.SearchForm, form: SearchForm
) -> HttpResponse | None:
    """Save the search and redirect; None, with the reason on the form, when it cannot be saved."""
    data = form.cleaned_data
    try:
        search, is_new = saving.save(cast(User, request.user), target, criteria, data["name"], data["rhythm"])
    except saving.TooManySearches:
        message = _("Vous avez déjà %(n)d recherches enregistrées : supprimez-en une d’abord.")
        form.add_error(None, message % {"n": saving.MOST_PER_ACCOUNT})
        return None
    except ValidationError as problem:
        form.add_error(None, problem)
        return None
    if not is_new:
        messages.info(request, _("Vous aviez déjà enregistré cette recherche : la voici."))
        return redirect("catalogue:search-edit", search.pk)
    message = _("Recherche « %(name)s » enregistrée.") % {"name": search.name}
    if search.rhythm != SavedSearch.Rhythm.NEVER:
        message += " " + _("Vous serez prévenu %(rhythm)s.") % {"rhythm": search.get_rhythm_display()}
    messages.success(request, message)
    return redirect("catalogue:search-list")


@account
@require_http_methods(["GET", "HEAD", "POST"])
def search_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The name and the rhythm of a search, and what it found."""
    search = _own_search(request, pk)
    paging = PageForm(request.GET)
    if not paging.is_valid():
        return bad_request(request, paging)
    given = form_recovery.submitted_data(request)
    form = SearchForm(given, initial={"name": search.name, "rhythm": search.rhythm})
    if request.method == "POST" and form.is_valid():
        search.name = form.cleaned_data["name"]
        saving.set_rhythm(search, form.cleaned_data["rhythm"])
        search.save(update_fields=["name", "rhythm", "alerted_since"])
        messages.success(request, _("Modifications enregistrées."))
        return redirect("catalogue:search-list")
    found = (
        AlertMatch.objects.visible()
        .filter(search=search)
        .select_related("record")
        .only("reason", "matched_at", "sent_at", "record__title", "record__slug", "record__kind")
        .order_by("-matched_at", "-pk")
    )
    page = page_of(found, paging.cleaned_data["page"])
    context = {
        **SECTION,
        "search": search,
        "url": saving.search_url(search),
        "form": form,
        "page": page,
        "matches": list(page),
    }
    return render(request, "catalogue/alerts/search_edit.html", context)


@account
@require_http_methods(["GET", "HEAD", "POST"])
def search_delete(request: HttpRequest, pk: int) -> HttpResponse:
    search = _own_search(request, pk)
    if request.method == "POST":
        search.delete()
        messages.success(request, _("Recherche « %(name)s » supprimée.") % {"name": search.name})
        return redirect("catalogue:search-list")
    return render(request, "catalogue/alerts/search_delete.html", {**SECTION, "search": search})


def _own_search(request: HttpRequest, pk: int) -> SavedSearch:
    """A search of the account; another's answers as one that does not exist."""
    return get_object_or_404(SavedSearch.objects.defer(*HEAVY), pk=pk, user=cast(User, request.user))


@account
@require_POST
def feed_renew(request: HttpRequest) -> HttpResponse:
    """Draw the address of the feed, anew when there is one."""
    feed.new_key(cast(User, request.user))
    messages.success(request, _("L’adresse de votre flux est prête ; la précédente ne répond plus."))
    return redirect(reverse("catalogue:search-list") + "#flux")
