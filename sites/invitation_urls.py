"""The pages of inviting."""

from __future__ import annotations

from django.urls import path

from sites.invitation_views import invitation_new, invitation_resend, invitation_withdraw, invitations

urlpatterns = [
    path("", invitations, name="invitations"),
    path("new/", invitation_new, name="invitation_new"),
    path("<uuid:pk>/resend/", invitation_resend, name="invitation_resend"),
    path("<uuid:pk>/withdraw/", invitation_withdraw, name="invitation_withdraw"),
]
