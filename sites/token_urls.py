"""The pages of the tokens of programs."""

from __future__ import annotations

from django.urls import path

from sites.token_views import token_new, token_revoke, tokens

urlpatterns = [
    path("", tokens, name="tokens"),
    path("new/", token_new, name="token_new"),
    path("<uuid:pk>/revoke/", token_revoke, name="token_revoke"),
]
