"""Sites, agreements, people and memberships; tokens of programs; the log of reads and the seal on the audit trail."""

from __future__ import annotations

from sites.models.access_log import AccessKind, AccessLog
from sites.models.agreement import Agreement, AgreementKind
from sites.models.api_reply import ApiReply
from sites.models.api_token import ApiToken, Scope
from sites.models.invitation import Invitation
from sites.models.membership import Membership
from sites.models.seals import Seal, SealCheck, SealedEvent
from sites.models.site import Site, SiteStatus
from sites.models.user import User

__all__ = [
    "AccessKind",
    "AccessLog",
    "Agreement",
    "AgreementKind",
    "ApiReply",
    "ApiToken",
    "Invitation",
    "Membership",
    "Scope",
    "Seal",
    "SealCheck",
    "SealedEvent",
    "Site",
    "SiteStatus",
    "User",
]
