"""How django-allauth behaves on this site: its e-mails go through our queue."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter

from catalogue.mailing import queue_written


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sends through the queue."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the e-mail that allauth renders."""
        message = self.render_mail(template_prefix, email, context)
        queue_written(template_prefix.rsplit("/", 1)[-1], email, message.subject, message.body)
