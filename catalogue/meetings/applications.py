"""Applications to test sites: what may happen from which state, and what each step leaves behind.

Views check ``rights`` first, then call ``send``, ``act`` or ``write``; each is one transaction under lock,
e-mails included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.meetings import attachments, limits, mails, people
from catalogue.meetings.refusal import Refused
from catalogue.models import (
    Application,
    Experiment,
    Message,
    Organisation,
    RecordOrganisation,
    Revision,
    Solution,
    TestSite,
)
from catalogue.records import versions, workflow
from catalogue.records.slugs import save_with_free_slug

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.files.uploadedfile import UploadedFile
    from django_stubs_ext import StrOrPromise

State = Application.ApplicationState
ALIVE = (State.SENT, State.IN_REVIEW, State.ACCEPTED)


@dataclass(frozen=True)
class Rule:
    """One step of an application."""

    label: StrOrPromise
    sources: frozenset[str]
    target: str
    mail: str
    needs_reason: bool = False


RULES: dict[str, Rule] = {
    "examine": Rule(
        gettext_lazy("Prendre en examen"),
        frozenset({State.SENT}),
        State.IN_REVIEW,
        "candidature-en-examen",
    ),
    "accept": Rule(
        gettext_lazy("Accepter"),
        frozenset({State.SENT, State.IN_REVIEW}),
        State.ACCEPTED,
        "candidature-acceptee",
    ),
    "decline": Rule(
        gettext_lazy("Décliner"),
        frozenset({State.SENT, State.IN_REVIEW}),
        State.DECLINED,
        "candidature-declinee",
        needs_reason=True,
    ),
    "withdraw": Rule(
        gettext_lazy("Retirer la candidature"),
        frozenset({State.SENT, State.IN_REVIEW}),
        State.WITHDRAWN,
        "candidature-retiree",
    ),
}


def send(
    user: User,
    site: TestSite,
    solution: Solution,
    organisation: Organisation,
    *,
    key: UUID,
    files: Sequence[UploadedFile[Any]] = (),
    **fields: Any,
) -> Application:
    """The application, sent; the same one when the same form comes twice.

    ``fields``: motivation, calendar, starts_on, ends_on, needs. A pending member may send: the other side
    is told, and cannot accept before the membership is confirmed.
    """
    with attachments.none_left_behind() as stored, transaction.atomic():
        limits.one_at_a_time(user)
        twin = Application.objects.filter(creation_key=key, created_by=user).first()
        if twin is not None:
            return twin
        limits.check_sendings(user)
        offered = TestSite.objects.select_for_update(of=("self",)).select_related("owner").get(pk=site.pk)
        if refusal := offered.closed_reason:
            raise Refused(refusal)
        if organisation.pk == offered.owner_id:
            raise Refused(
                _("Ce site est tenu par cette organisation : elle ne peut pas s’y porter candidate.")
            )
        try:
            with transaction.atomic():
                sent = Application.objects.create(
                    site=offered,
                    solution=solution,
                    organisation=organisation,
                    created_by=user,
                    creation_key=key,
                    **fields,
                )
        except IntegrityError as error:
            raise Refused(_already(offered, solution)) from error
        attachments.attach(sent, user, files, stored)
        mails.about_application("candidature-envoyee", sent, to=people.team(user, organisation))
        readers = people.members(offered.owner) or people.curators(offered)
        mails.about_application("candidature-recue", sent, to=readers)
    return sent


def _already(site: TestSite, solution: Solution) -> str:
    if Application.objects.filter(site=site, solution=solution, state__in=ALIVE).exists():
        return _("Cette solution est déjà candidate à ce site : la première candidature reste en cours.")
    return _("Ce formulaire a déjà servi : rechargez la page pour en obtenir un autre.")


def act(
    application: Application, action: str, actor: User, *, reason: str = "", reserve: bool = False
) -> Application:
    """Carry out one step of ``RULES`` and return the application as it is then.

    The row is locked first: of two simultaneous answers, one succeeds and the other is refused.
    """
    rule = RULES[action]
    with transaction.atomic():
        current = _locked(application)
        if current.state not in rule.sources:
            raise Refused(
                _("« %(action)s » n’est plus possible : la candidature est %(state)s.")
                % {"action": rule.label, "state": current.get_state_display()}
            )
        if rule.needs_reason and not reason.strip():
            raise Refused(_("Dites pourquoi : l’autre partie en a besoin pour la suite."))
        if action == "accept":
            current.experiment = _experiment_of(current, actor)
            if reserve:
                _reserve(current.site, actor)
        current.state = rule.target
        current.reason = reason.strip()
        current.save(update_fields=["state", "reason", "experiment", "updated_at"])
        mails.about_application(rule.mail, current, to=both_sides(current), reserved=reserve)
    return current


def write(application: Application, author: User, text: str, key: UUID) -> Message:
    """A message in the thread, told to the other side; the same one when the same form comes twice."""
    with transaction.atomic():
        limits.one_at_a_time(author)
        twin = Message.objects.filter(creation_key=key, author=author, application=application).first()
        if twin is not None:
            return twin
        limits.check_messages(author)
        current = _locked(application)
        if current.state not in ALIVE:
            raise Refused(
                _("L’échange est terminé : la candidature est %(state)s.")
                % {"state": current.get_state_display()}
            )
        try:
            with transaction.atomic():
                written = Message.objects.create(
                    application=current, author=author, text=text, creation_key=key
                )
        except IntegrityError as error:
            raise Refused(_("Ce formulaire a déjà servi : rechargez la page.")) from error
        others = [one for one in both_sides(current) if one.pk != author.pk]
        mails.about_application("candidature-message", current, to=others, message=written)
    return written


def both_sides(application: Application) -> list[User]:
    """Everybody who follows the application, each once."""
    applicants = people.team(application.created_by, application.organisation)
    return list(dict.fromkeys([*applicants, *people.members(application.site.owner)]))


def _locked(application: Application) -> Application:
    related = ("site__owner", "solution", "organisation", "created_by", "experiment")
    return Application.objects.select_for_update(of=("self",)).select_related(*related).get(pk=application.pk)


def _experiment_of(application: Application, actor: User) -> Experiment:
    """The running experiment that the agreement gives birth to, submitted for publication."""
    site, solution = application.site, application.solution
    organisation = application.organisation
    if people.is_waiting(application.created_by, organisation) or not people.members(organisation):
        raise Refused(
            _(
                "L’appartenance du candidat à « %(organisation)s » n’est pas encore confirmée : acceptez une "
                "fois qu’elle l’est. Les curateurs s’en occupent."
            )
            % {"organisation": organisation}
        )
    title = f"{solution.title} – {site.title}"[:250]
    experiment = Experiment(
        title=title,
        summary=_("Expérimentation de « %(solution)s » sur le site « %(site)s ».")
        % {"solution": solution.title[:220], "site": site.title[:220]},
        solution=solution,
        status=Experiment.Status.RUNNING,
        geometry=site.geometry,
        location_precision=site.location_precision,
        place_name=site.place_name,
        territory=site.territory,
        country=site.country,
        year_start=application.starts_on.year if application.starts_on else None,
        year_end=application.ends_on.year if application.ends_on else None,
        owner=application.organisation,
        created_by=application.created_by,
    )
    save_with_free_slug(experiment, title, fallback="experimentation")
    experiment.themes.set(solution.themes.all())
    experiment.stakes.set(solution.stakes.all())
    roles = RecordOrganisation.Role
    experiment.organisation_links.create(organisation=application.organisation, role=roles.HOLDER)
    if site.owner is not None:
        experiment.organisation_links.create(organisation=site.owner, role=roles.HOST)
    workflow.apply(experiment, "submit", actor)
    return experiment


def _reserve(site: TestSite, actor: User) -> None:
    """Say on the public page that the site is taken, and leave the line of history."""
    current = TestSite.objects.select_for_update(of=("self",)).get(pk=site.pk)
    if current.site_state != TestSite.SiteState.OPEN:
        return
    versions.save_before([site.pk])
    changes = {"site_state": [current.site_state, TestSite.SiteState.RESERVED.value]}
    current.site_state = TestSite.SiteState.RESERVED
    current.save(update_fields=["site_state", "updated_at"])
    Revision.objects.create(
        record=current,
        state=Revision.RevisionState.ACCEPTED,
        changes=changes,
        reason=_("Une candidature est acceptée."),
        author=actor,
        decided_by=actor,
        decided_at=timezone.now(),
    )
    versions.save_after([site.pk], actor, versions.Origin.FORM, _("Une candidature est acceptée."))
