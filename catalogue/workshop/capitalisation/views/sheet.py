"""The capitalisation sheet of a record, all its sections on one page, beside what is already known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalogue.models import Record, Section
from catalogue.public import record_page
from catalogue.records import attachments, permissions
from catalogue.records.markdown import count_words, render_markdown, strip_markdown
from catalogue.records.sections import EXPECTED, describe_measure, read_sections
from catalogue.records.writing import NotWritten
from catalogue.web import form_recovery
from catalogue.web.access import curator
from catalogue.workshop.capitalisation.editing import SaveResult, digest_text, save_sections
from catalogue.workshop.queue.opening import get_whole_record

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST = 20_000
"""Characters of one section: about six printed pages."""
TEXT, SEEN, TAKE_BACK = "texte-", "lu-", "reprendre-"
PREVIEW = "apercu"
SESSION_ENDED = gettext_lazy(
    "Votre session s’était terminée : voici ce que vous aviez écrit. Rien n’est encore enregistré."
)


@dataclass(frozen=True)
class SectionRow:
    """One section of the page; ``difference`` is the text that somebody else stored meanwhile."""

    code: str
    title: str
    field: forms.BoundField
    seen: forms.BoundField
    skeleton: StrOrPromise
    words: int
    preview: str
    difference: str


class SheetForm(forms.Form):
    """A text for each section of the sheet, with a digest of what the page showed of it."""

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
            # a browser would cut what is pasted silently: the server refuses it and shows it again
            self.fields[TEXT + code].widget.attrs.pop("maxlength")
            self.fields[SEEN + code] = forms.CharField(
                required=False, max_length=64, initial=digest_text(text), widget=forms.HiddenInput
            )
        self.codes = list(stored)

    def read(self, prefix: str) -> dict[str, str]:
        """Return what was sent for each section: its text, or the digest of what the page showed."""
        return {code: str(self.cleaned_data[prefix + code]) for code in self.codes}

    def current(self, code: str) -> str:
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
        messages.info(request, SESSION_ENDED)
    if data is not None and action.startswith(TAKE_BACK):
        data = restore_section(data, action.removeprefix(TAKE_BACK), stored)
    form = SheetForm(stored, data)
    if request.method != "POST" or action == PREVIEW or action.startswith(TAKE_BACK):
        return render_sheet(request, record, form, preview=action == PREVIEW)
    if not form.is_valid():
        return render_sheet(request, record, form, status=422)
    try:
        saved = save_sections(cast(User, request.user), slug, form.read(TEXT), form.read(SEEN))
    except NotWritten as refusal:
        messages.error(request, str(refusal))
        return render_sheet(request, record, form, status=422)
    report_save(request, saved)
    if saved.clashes:
        return render_sheet(request, record, update_seen(form, saved), saved.clashes, status=409)
    return redirect("catalogue:workshop-capitalisation", slug=slug)


def restore_section(data: QueryDict, code: str, stored: Mapping[str, str]) -> QueryDict:
    """Return what was typed, with the stored text in one section: the curator gave theirs up."""
    changed = data.copy()
    if code in stored:
        changed[TEXT + code], changed[SEEN + code] = stored[code], digest_text(stored[code])
    return changed


def update_seen(form: SheetForm, saved: SaveResult) -> SheetForm:
    """Return the same texts with digests of what is stored now: to save again is to have read both."""
    typed = form.read(TEXT)
    data = cast(QueryDict, form.data).copy()
    for code in saved.written:
        data[SEEN + code] = digest_text(typed[code])
    for code, text in saved.clashes.items():
        data[SEEN + code] = digest_text(text)
    return SheetForm(typed, data)


def report_save(request: HttpRequest, saved: SaveResult) -> None:
    if saved.written:
        names = ", ".join(str(Section.Code(code).label) for code in saved.written)
        messages.success(request, _("Enregistré : %(names)s.") % {"names": names})
    elif not saved.clashes:
        messages.info(request, _("Rien n’a changé : il n’y avait rien à enregistrer."))


def render_sheet(
    request: HttpRequest,
    record: Record,
    form: SheetForm,
    clashes: Mapping[str, str] | None = None,
    *,
    preview: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Render the page; ``clashes`` are the sections that somebody else changed, as they are stored."""
    clashes = clashes or {}
    current = [form.current(code) for code in form.codes]
    context = {
        "record": record,
        "form": form,
        "sections": [describe_section(form, code, clashes, preview=preview) for code in form.codes],
        "words": count_words(current),
        "filled": sum(1 for text in current if text.strip()),
        "differences": [str(Section.Code(code).label) for code in clashes],
        "preview": preview,
        "known": list_evidence(record),
    }
    return render(request, "catalogue/workshop/capitalisation/sheet.html", context, status=status)


def describe_section(form: SheetForm, code: str, clashes: Mapping[str, str], *, preview: bool) -> SectionRow:
    text = form.current(code)
    return SectionRow(
        code=code,
        title=str(Section.Code(code).label),
        field=form[TEXT + code],
        seen=form[SEEN + code],
        skeleton=EXPECTED[code].outline,
        words=count_words([text]),
        preview=render_markdown(text, heading=4) if preview and text.strip() else "",
        difference=(strip_markdown(clashes[code]) or _("(vide)")) if code in clashes else "",
    )


def list_evidence(record: Record) -> dict[str, Any]:
    """Return the evidence that the curator writes from: results, organisations, documents, source."""
    measures = record.as_experiment.indicators.all() if record.kind == Record.Kind.EXPERIMENT else []
    photos, documents = attachments.public_attachments(record)
    return {
        "organisations": record_page.organisations(record),
        "results": [{"text": describe_measure(row), "url": row.source_url} for row in measures],
        "source": record_page.source_line(record),
        "photos": photos,
        "documents": documents,
    }
