"""Addresses of REDCap clients: the one that they ask, and the pages of the tokens of a release."""

from __future__ import annotations

from django.urls import path

from exports.web.redcap.endpoint import redcap_api
from exports.web.redcap.pages import redcap_token_create, redcap_token_revoke, redcap_tokens

# Clients insist on an address that ends in /api/.
client_patterns = [path("redcap/api/", redcap_api, name="redcap_api")]
token_patterns = [
    path("<uuid:pk>/redcap/", redcap_tokens, name="redcap_tokens"),
    path("<uuid:pk>/redcap/new/", redcap_token_create, name="redcap_token_create"),
    path("<uuid:pk>/redcap/<uuid:token_pk>/revoke/", redcap_token_revoke, name="redcap_token_revoke"),
]
