"""Does one site carry the result: strata of sites, and each site left out once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import polars as pl
from django.utils.translation import gettext_noop

from exports.report.model_rows import SITE, model_rows
from exports.report.sensitivity_rows import (
    RESOLUTION_GROUP,
    RESOLUTION_KPS,
    TRM_DOSE,
    Found,
    Quantity,
    attempt,
    ratio,
    ratio_in,
    row,
)
from exports.report.study import Study, without
from exports.report.wording import text

_STRATIFIED: Final = gettext_noop("Stratified by site: each site has its own baseline hazard")
_LEFT_OUT: Final = gettext_noop("Without site %(site)s")


def stratified(study: Study) -> Iterator[dict[str, Any]]:
    """Yield the hazard ratios of models stratified by site."""
    for quantity in (RESOLUTION_GROUP, RESOLUTION_KPS, TRM_DOSE):
        found = attempt(partial(_stratified, study, quantity))
        yield row("stratified", quantity.id, _STRATIFIED, quantity.words, ratio(study, quantity), found)


def _stratified(study: Study, quantity: Quantity) -> Found:
    return ratio_in(
        model_rows(study, quantity.endpoint, quantity.covariates, site=True), quantity.name, stratified=True
    )


def leave_one_out(study: Study) -> Iterator[dict[str, Any]]:
    """Yield the hazard ratios without each site; nothing where the release has no sites, or one."""
    sites = sorted(study.people[SITE].drop_nulls().unique()) if study.has(SITE) else []
    for quantity in (RESOLUTION_GROUP, TRM_DOSE):
        primary = ratio(study, quantity)
        for site in sites if len(sites) > 1 else []:
            rest = without(study, study.people.filter(pl.col(SITE) == site)["USUBJID"].to_list())
            label = text(_LEFT_OUT, site=site)
            yield row("leave_one_out", f"{quantity.id}_{site}", label, quantity.words, primary, ratio(rest, quantity))
