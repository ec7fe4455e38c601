"""Applications to test sites: what each action makes of them, and what it leaves behind.

Views check ``rights`` first, then call ``send``, ``act`` or ``write``; each is one transaction under lock,
e-mails included.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.meetings import attachments, limits, mails, people
from catalogue.meetings.refusal import MeetingRefused
from catalogue.meetings.sending import ActionRule, apply_rule, insert, send_once, write_once
from catalogue.models import (
    Application,
    Attachment,
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

State = Application.ApplicationState
ALIVE = (State.SENT, State.IN_REVIEW, State.ACCEPTED)
RULES: dict[str, ActionRule] = {
    "examine": ActionRule(gettext_lazy("Prendre en examen"), State.IN_REVIEW, "candidature-en-examen"),
    "accept": ActionRule(gettext_lazy("Accepter"), State.ACCEPTED, "candidature-acceptee"),
    "decline": ActionRule(
        gettext_lazy("Décliner"), State.DECLINED, "candidature-declinee", needs_reason=True
    ),
    "withdraw": ActionRule(gettext_lazy("Retirer la candidature"), State.WITHDRAWN, "candidature-retiree"),
}
NOT_POSSIBLE = gettext_lazy("« %(action)s » n’est plus possible : la candidature est %(state)s.")


def send(
    user: User,
    site: TestSite,
    solution: Solution,
    organisation: Organisation,
    *,
    creation_key: UUID,
    documents: Sequence[UploadedFile[Any]] = (),
    **fields: Any,
) -> Application:
    """Send an application; return the same one when the same form comes twice.

    ``fields``: motivation, calendar, starts_on, ends_on, needs. A pending member may send: the other side
    is notified, and cannot accept before the membership is confirmed.
    """
    application = Application(
        solution=solution, organisation=organisation, created_by=user, creation_key=creation_key, **fields
    )
    existing = Application.objects.filter(creation_key=creation_key, created_by=user)
    with attachments.delete_files_on_failure() as stored:
        return send_once(
            existing,
            user,
            limits.check_sendings,
            lambda: _send(application, site, documents, stored),
        )


def _send(
    application: Application, site: TestSite, documents: Sequence[UploadedFile[Any]], stored: list[Attachment]
) -> Application:
    offered = TestSite.objects.select_for_update(of=("self",)).select_related("owner").get(pk=site.pk)
    if refusal := offered.closed_reason:
        raise MeetingRefused(refusal)
    if application.organisation_id == offered.owner_id:
        raise MeetingRefused(
            _("Ce site est tenu par cette organisation : elle ne peut pas s’y porter candidate.")
        )
    application.site = offered
    insert(application, lambda: _explain_conflict(application))
    author = application.created_by
    attachments.attach_files(application, author, documents, stored)
    followers = people.list_followers(author, application.organisation)
    mails.mail_about_application("candidature-envoyee", application, to=followers)
    readers = people.list_members(offered.owner) or people.list_curators(offered)
    mails.mail_about_application("candidature-recue", application, to=readers)
    return application


def _explain_conflict(application: Application) -> str:
    same = Application.objects.filter(site=application.site, solution=application.solution, state__in=ALIVE)
    if same.exists():
        return _("Cette solution est déjà candidate à ce site : la première candidature reste en cours.")
    return ""


def act(
    application: Application, action: str, actor: User, *, reason: str = "", reserve: bool = False
) -> Application:
    """Carry out one action of ``RULES`` and return the application as it is then.

    The row is locked first: of two simultaneous answers, one succeeds and the other is refused.
    """
    rule = RULES[action]
    with transaction.atomic():
        current = _lock(application)
        apply_rule(current, action, rule, reason, NOT_POSSIBLE)
        if action == "accept":
            current.experiment = _create_experiment(current, actor)
            if reserve:
                _reserve(current.site, actor)
        current.save(update_fields=["state", "reason", "experiment", "updated_at"])
        mails.mail_about_application(rule.mail, current, to=list_both_sides(current), reserved=reserve)
    return current


def write(application: Application, author: User, text: str, creation_key: UUID) -> Message:
    """Write in the thread and notify the other side; return the same message when the form comes twice."""

    def write_message() -> Message:
        current = _lock(application)
        if current.state not in ALIVE:
            raise MeetingRefused(
                _("L’échange est terminé : la candidature est %(state)s.")
                % {"state": current.get_state_display()}
            )
        message = insert(Message(application=current, author=author, text=text, creation_key=creation_key))
        others = [one for one in list_both_sides(current) if one.pk != author.pk]
        mails.mail_about_application("candidature-message", current, to=others, message=message)
        return message

    return write_once(author, creation_key, write_message, application=application)


def list_both_sides(application: Application) -> list[User]:
    """Return everybody who follows the application, each once."""
    applicants = people.list_followers(application.created_by, application.organisation)
    return list(dict.fromkeys([*applicants, *people.list_members(application.site.owner)]))


def _lock(application: Application) -> Application:
    related = ("site__owner", "solution", "organisation", "created_by", "experiment")
    return Application.objects.select_for_update(of=("self",)).select_related(*related).get(pk=application.pk)


def _create_experiment(application: Application, actor: User) -> Experiment:
    """Create the running experiment of an agreement, submitted for publication."""
    site, solution = application.site, application.solution
    _check_membership(application)
    title = f"{solution.title} – {site.title}"[:250]
    summary = _("Expérimentation de « %(solution)s » sur le site « %(site)s ».")
    experiment = Experiment(
        title=title,
        summary=summary % {"solution": solution.title[:220], "site": site.title[:220]},
        solution=solution,
        status=Experiment.Status.RUNNING,
        geometry=site.geometry,
        location_precision=site.location_precision,
        place_name=site.place_name,
        territory=site.territory,
        country=site.country,
        owner=application.organisation,
        created_by=application.created_by,
    )
    if application.starts_on:
        experiment.year_start = application.starts_on.year
    if application.ends_on:
        experiment.year_end = application.ends_on.year
    save_with_free_slug(experiment, title, fallback="experimentation")
    experiment.themes.set(solution.themes.all())
    experiment.stakes.set(solution.stakes.all())
    roles = RecordOrganisation.Role
    experiment.organisation_links.create(organisation=application.organisation, role=roles.HOLDER)
    if site.owner is not None:
        experiment.organisation_links.create(organisation=site.owner, role=roles.HOST)
    workflow.apply(experiment, "submit", actor)
    return experiment


def _check_membership(application: Application) -> None:
    """Raise MeetingRefused while the applicant's membership waits, or nobody is left in the organisation."""
    organisation = application.organisation
    is_pending = people.has_pending_membership(application.created_by, organisation)
    if is_pending or not people.list_members(organisation):
        raise MeetingRefused(
            _(
                "L’appartenance du candidat à « %(organisation)s » n’est pas encore confirmée : acceptez une "
                "fois qu’elle l’est. Les curateurs s’en occupent."
            )
            % {"organisation": organisation}
        )


def _reserve(site: TestSite, actor: User) -> None:
    """Mark the site as taken on its public page, with its line of history."""
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
