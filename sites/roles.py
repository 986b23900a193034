"""Roles and what each may do. Roles are code: a change of rights is a reviewed change of this file."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is in the registry. Coordinators and investigators hold their role at a site."""

    COORDINATOR = "COORDINATOR", _("Coordinator")
    INVESTIGATOR = "INVESTIGATOR", _("Investigator")
    DATA_MANAGER = "DATA_MANAGER", _("Data manager")
    ADJUDICATOR = "ADJUDICATOR", _("Adjudicator")
    ADMINISTRATOR = "ADMINISTRATOR", _("Administrator")


SITE_BOUND = frozenset({Role.COORDINATOR, Role.INVESTIGATOR})
REGISTRY_WIDE = frozenset(Role) - SITE_BOUND


class Permission(StrEnum):
    """One thing that a person may be allowed to do."""

    CASE_VIEW = "case.view"
    CASE_EDIT = "case.edit"
    CASE_UPLOAD = "case.upload"
    CASE_SIGN = "case.sign"
    CASE_LOCK = "case.lock"
    IDENTITY_REVEAL = "identity.reveal"
    QUERY_OPEN = "query.open"
    QUERY_ANSWER = "query.answer"
    QUERY_CLOSE = "query.close"
    CHECK_MANAGE = "check.manage"
    RELEASE_VIEW = "release.view"
    RELEASE_FREEZE = "release.freeze"
    RELEASE_GRANT = "release.grant"
    RELEASE_DOWNLOAD = "release.download"
    REQUEST_CREATE = "request.create"
    REQUEST_DECIDE = "request.decide"
    DEATH_ADJUDICATE = "death.adjudicate"
    DEATH_ASSIGN = "death.assign"
    LINKAGE_RESOLVE = "linkage.resolve"
    AUDIT_VIEW = "audit.view"
    SITE_ADMIN = "site.admin"
    PEOPLE_ADMIN = "people.admin"
    REFERENCE_ADMIN = "reference.admin"


_P = Permission

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.COORDINATOR: frozenset({_P.CASE_VIEW, _P.CASE_EDIT, _P.CASE_UPLOAD, _P.IDENTITY_REVEAL, _P.QUERY_ANSWER}),
        Role.INVESTIGATOR: frozenset(
            {
                _P.CASE_VIEW,
                _P.CASE_SIGN,
                _P.IDENTITY_REVEAL,
                _P.RELEASE_VIEW,
                _P.RELEASE_DOWNLOAD,
                _P.REQUEST_CREATE,
            }
        ),
        Role.DATA_MANAGER: frozenset(
            {
                _P.CASE_VIEW,
                _P.CASE_LOCK,
                _P.DEATH_ASSIGN,
                _P.QUERY_OPEN,
                _P.QUERY_CLOSE,
                _P.CHECK_MANAGE,
                _P.RELEASE_VIEW,
                _P.RELEASE_FREEZE,
                _P.RELEASE_GRANT,
                _P.RELEASE_DOWNLOAD,
                _P.REQUEST_DECIDE,
                _P.LINKAGE_RESOLVE,
                _P.AUDIT_VIEW,
            }
        ),
        Role.ADJUDICATOR: frozenset({_P.DEATH_ADJUDICATE}),
        Role.ADMINISTRATOR: frozenset({_P.SITE_ADMIN, _P.PEOPLE_ADMIN, _P.REFERENCE_ADMIN}),
    }
)
