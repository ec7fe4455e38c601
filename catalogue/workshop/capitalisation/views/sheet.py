"""The capitalisation sheet of a record, all its sections on one page, beside what is already known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalogue.models import Record, Section
from catalogue.public import record_page as detail
from catalogue.records import attachments, permissions
from catalogue.records.markdown import count_words, render_markdown, strip_markdown
from catalogue.records.sections import EXPECTED, describe_measure, read_sections
from catalogue.records.writing import NotWritten
from catalogue.web import form_recovery
from catalogue.web.access import curator
from catalogue.workshop.capitalisation.editing import SaveResult, digest_text, save_sections
from catalogue.workshop.queue.opening import get_whole_record

LONGEST = 20_000
"""Characters of one section: about six printed pages."""
TEXT, SEEN, TAKE_BACK = "texte-", "lu-", "reprendre-"
PREVIEW = "apercu"


class SheetForm(forms.Form):
    """A text for each section of the sheet, with what the page showed of it."""

    def __init__(self, stored: Mapping[str, str], data: QueryDict | None = None) -> None:
        super().__init__(data)
        for code, text in stored.items():
            expected = EXPECTED[code]
            rows = max(5, min(18, text.count("\n") + len(text) // 90 + 2))
            self.fields[TEXT + code] = forms.CharField(
                label=Section.Code(code).label,
                required=False,
                max_length=LONGEST,
                initial=text,
                help_text=expected.what,
                widget=forms.Textarea(attrs={"rows": rows, "data-markdown": ""}),
            )
            # a browser would cut what is pasted without a word: the server refuses it and keeps it
            self.fields[TEXT + code].widget.attrs.pop("maxlength")
            self.fields[SEEN + code] = forms.CharField(
                required=False, max_length=64, initial=digest_text(text), widget=forms.HiddenInput
            )
        self.codes = list(stored)

    def typed(self, prefix: str) -> dict[str, str]:
        """What was sent for each section: its text, or what the page had shown of it."""
        return {code: str(self.cleaned_data[prefix + code]) for code in self.codes}

    def current(self, code: str) -> str:
        """The text that the page shows for a section."""
        return str(self[TEXT + code].value() or "")


@curator
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_capitalisation(request: HttpRequest, slug: str) -> HttpResponse:
    """Write the sections; a preview is made by the server and saves nothing."""
    record = get_whole_record(request, slug)
    permissions.require(request.user, "edit", record)
    stored = read_sections(record)
    data = form_recovery.submitted_data(request)
    action = data.get("action", "") if data is not None else ""
    if data is not None and request.method != "POST":
        messages.info(
            request,
            _(
                "Votre session s’était terminée : voici ce que vous aviez écrit. "
                "Rien n’est encore enregistré."
            ),
        )
    if data is not None and action.startswith(TAKE_BACK):
        data = taken_back(data, action.removeprefix(TAKE_BACK), stored)
    form = SheetForm(stored, data)
    if request.method != "POST" or action == PREVIEW or action.startswith(TAKE_BACK):
        return show(request, record, form, preview=action == PREVIEW)
    if not form.is_valid():
        return show(request, record, form, status=422)
    try:
        done = save_sections(cast(User, request.user), slug, form.typed(TEXT), form.typed(SEEN))
    except NotWritten as refusal:
        messages.error(request, str(refusal))
        return show(request, record, form, status=422)
    tell(request, done)
    if done.clashes:
        return show(request, record, confronted(form, done), done.clashes, status=409)
    return redirect("catalogue:workshop-capitalisation", slug=slug)


def taken_back(data: QueryDict, code: str, stored: Mapping[str, str]) -> QueryDict:
    """What was typed, with the stored text in one section: the curator gave theirs up."""
    changed = data.copy()
    if code in stored:
        changed[TEXT + code], changed[SEEN + code] = stored[code], digest_text(stored[code])
    return changed


def confronted(form: SheetForm, done: SaveResult) -> SheetForm:
    """The same texts over what is stored now: to save again is to have read both."""
    typed = form.typed(TEXT)
    data = cast(QueryDict, form.data).copy()
    for code in done.written:
        data[SEEN + code] = digest_text(typed[code])
    for code, text in done.clashes.items():
        data[SEEN + code] = digest_text(text)
    return SheetForm(typed, data)


def tell(request: HttpRequest, done: SaveResult) -> None:
    """Say what was written, and what was not."""
    named = ", ".join(str(Section.Code(code).label) for code in done.written)
    if done.written:
        messages.success(request, _("Enregistré : %(names)s.") % {"names": named})
    elif not done.clashes:
        messages.info(request, _("Rien n’a changé : il n’y avait rien à enregistrer."))


def show(
    request: HttpRequest,
    record: Record,
    form: SheetForm,
    clashes: Mapping[str, str] | None = None,
    *,
    preview: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The page; ``clashes`` are the sections that somebody else changed, as they are stored."""
    shown = {code: form.current(code) for code in form.codes}
    context = {
        "record": record,
        "form": form,
        "sections": [section_line(form, code, clashes or {}, preview=preview) for code in form.codes],
        "words": count_words(shown.values()),
        "filled": sum(1 for text in shown.values() if text.strip()),
        "differences": [str(Section.Code(code).label) for code in clashes or {}],
        "preview": preview,
        "known": known(record),
    }
    return render(request, "catalogue/workshop/capitalisation/sheet.html", context, status=status)


def section_line(form: SheetForm, code: str, clashes: Mapping[str, str], *, preview: bool) -> dict[str, Any]:
    """One section of the page."""
    text = form.current(code)
    return {
        "code": code,
        "title": Section.Code(code).label,
        "field": form[TEXT + code],
        "seen": form[SEEN + code],
        "skeleton": EXPECTED[code].outline,
        "words": count_words([text]),
        "preview": render_markdown(text, heading=4) if preview and text.strip() else "",
        "difference": strip_markdown(clashes[code]) or _("(vide)") if code in clashes else "",
    }


def known(record: Record) -> dict[str, Any]:
    """What the base knows already: the evidence that the curator writes from."""
    measures = record.as_experiment.indicators.all() if record.kind == Record.Kind.EXPERIMENT else []
    photos, documents = attachments.public_attachments(record)
    return {
        "organisations": detail.organisations(record),
        "results": [{"text": describe_measure(row), "url": row.source_url} for row in measures],
        "source": detail.source_line(record),
        "photos": photos,
        "documents": documents,
    }
