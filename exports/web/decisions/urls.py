"""Addresses of the data managers' side: of requests (under requests/) and of releases (under releases/)."""

from __future__ import annotations

from django.urls import path

from exports.web.decisions.acts import release_coarsen, release_continue, release_refuse
from exports.web.decisions.pages import request_assess, request_decide
from exports.web.decisions.policy import release_policy
from exports.web.decisions.report import release_risk, release_risk_csv
from exports.web.decisions.sign import release_sign

request_patterns = [
    path("<uuid:pk>/decide/", request_decide, name="request_decide"),
    path("<uuid:pk>/assess/", request_assess, name="request_assess"),
]
release_patterns = [
    path("policy/", release_policy, name="release_policy"),
    path("<uuid:pk>/risk/", release_risk, name="release_risk"),
    path("<uuid:pk>/risk.csv", release_risk_csv, name="release_risk_csv"),
    path("<uuid:pk>/coarsen/", release_coarsen, name="release_coarsen"),
    path("<uuid:pk>/sign/", release_sign, name="release_sign"),
    path("<uuid:pk>/continue/", release_continue, name="release_continue"),
    path("<uuid:pk>/refuse/", release_refuse, name="release_refuse"),
]
