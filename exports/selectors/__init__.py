"""Every read of releases and requests that pages and services share; each starts at what the person may see."""

from exports.selectors.holders import Holder, holders_of
from exports.selectors.policy import policy_history, policy_now
from exports.selectors.releases import (
    blocked_cases,
    download_right,
    investigators,
    next_name,
    packages_for,
    preview,
    releases_visible,
    terms_accepted,
)
from exports.selectors.reports import Reach, report_reach, reports_for
from exports.selectors.requests import next_number, requests_visible, requests_waiting

__all__ = [
    "Holder",
    "Reach",
    "blocked_cases",
    "download_right",
    "holders_of",
    "investigators",
    "next_name",
    "next_number",
    "packages_for",
    "policy_history",
    "policy_now",
    "preview",
    "releases_visible",
    "report_reach",
    "reports_for",
    "requests_visible",
    "requests_waiting",
    "terms_accepted",
]
