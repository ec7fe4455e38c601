"""The Django administration at /administration/: every model, in French, for curators and administrators.

A publication state changes only through ``catalogue.records.workflow``; history is read, never written.
"""

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from catalogue.admin import evidence, history, jobs, kinds, organisations, people, records, reference

__all__ = ["evidence", "history", "jobs", "kinds", "organisations", "people", "records", "reference"]

admin.site.site_header = settings.SITE_NAME
admin.site.site_title = settings.SITE_NAME
admin.site.index_title = _("Administration")
