"""Sites, agreements, people and memberships."""

from __future__ import annotations

from sites.models.agreement import Agreement, AgreementKind
from sites.models.membership import Membership
from sites.models.site import Site, SiteStatus
from sites.models.user import User

__all__ = ["Agreement", "AgreementKind", "Membership", "Site", "SiteStatus", "User"]
