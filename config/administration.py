"""The administration as an app, with our own site in the place of Django's."""

from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    """The administration of Django, behind the login page of the site."""

    default_site = "catalogue.accounts.administration.AdministrationSite"
