"""Addresses of accounts and organisations, included by ``catalogue.urls``."""

from django.urls import path

from catalogue.accounts.views import me, members, openid, organisations

urlpatterns = [
    path("compte/agents/", openid.oidc_start, name="oidc-start"),
    path("compte/agents/retour/", openid.oidc_return, name="oidc-return"),
    path("mon-espace/compte/", me.account_settings, name="account-settings"),
    path("mon-espace/compte/sessions/", me.sessions_close, name="account-sessions"),
    path("mon-espace/compte/dissocier/", me.provider_unlink, name="provider-unlink"),
    path("mon-espace/compte/mes-donnees.json", me.account_export, name="account-export"),
    path("mon-espace/compte/supprimer/", me.account_erase, name="account-erase"),
    path("mon-espace/organisations/", organisations.organisation_list, name="organisation-list"),
    path("mon-espace/organisations/rejoindre/", organisations.organisation_join, name="organisation-join"),
    path(
        "mon-espace/organisations/<slug:slug>/",
        organisations.organisation_detail,
        name="organisation-detail",
    ),
    path(
        "mon-espace/organisations/<slug:slug>/modifier/",
        organisations.organisation_edit,
        name="organisation-edit",
    ),
    path(
        "mon-espace/organisations/<slug:slug>/quitter/",
        organisations.organisation_leave,
        name="organisation-leave",
    ),
    path("mon-espace/organisations/<slug:slug>/inviter/", members.invite, name="organisation-invite"),
    path(
        "mon-espace/organisations/<slug:slug>/invitations/<int:pk>/annuler/",
        members.invitation_cancel,
        name="invitation-cancel",
    ),
    path(
        "mon-espace/organisations/<slug:slug>/membres/<int:pk>/<slug:action>/",
        members.member_action,
        name="member-action",
    ),
    path("invitation/<str:token>/", members.invitation_accept, name="invitation-accept"),
]
