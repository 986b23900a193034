"""A token used by a REDCap client: every right behind it is read anew, records go into log and ledger."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from exports.models import Download, Release, ReleaseGrant, ReleasePackage, ReleaseToken, TermsAcceptance
from exports.redcap import PackageDamagedError, Project, open_project
from exports.selectors import download_right, terms_accepted
from exports.selectors.redcap_tokens import redcap_packages
from exports.services.downloads import PackageMissingError
from exports.services.places import release_root
from exports.terms import VERSION
from sites.access import can
from sites.models import AccessKind
from sites.reads import access_record
from sites.roles import Permission


class Refusal(StrEnum):
    """Why a token opens nothing. What a stranger could not know is told to whoever holds a living token alone."""

    NOT_VALID = "not valid"
    RIGHT_ENDED = "right ended"
    NOT_OUT = "not out"
    LEVEL = "level"
    TERMS = "terms"


class TokenRefusedError(Exception):
    """A token that is known opens nothing, or nothing any more."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.value)


@dataclass(frozen=True)
class Opened:
    """What a token opens: a package, by a grant (None for data managers) and accepted terms."""

    token: ReleaseToken
    package: ReleasePackage
    grant: ReleaseGrant | None
    terms: TermsAcceptance


def refusal_words(refusal: Refusal) -> str:
    """Return what somebody can do whose token was refused."""
    return {
        Refusal.NOT_VALID: _("The token is not valid. Make one on the page “REDCap clients” of the release."),
        Refusal.RIGHT_ENDED: _("You may not take this release any more. Ask the data manager of the registry."),
        Refusal.NOT_OUT: _("The release was withdrawn. Stop using it, delete every copy, and ask for the next one."),
        Refusal.LEVEL: _("You may not take this level any more. Make a token for a level that you may take."),
        Refusal.TERMS: _("Accept the terms of use on the page of the release, then use the token again."),
    }[refusal]


@transaction.atomic
def token_use(token: ReleaseToken) -> Opened:
    """Open the package of a token and note that it was used; whoever calls acts as its owner.

    TokenRefusedError where it was revoked or has expired, or where its owner may not take the level today.
    """
    opened = _opened(token)
    ReleaseToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
    return opened


def _opened(token: ReleaseToken) -> Opened:
    release, owner = token.release, token.owner
    if not token.is_living:
        raise TokenRefusedError(Refusal.NOT_VALID)
    if not release.is_published:
        raise TokenRefusedError(Refusal.NOT_OUT)
    grant = _right(token)
    package = redcap_packages(release, owner).filter(level=token.level).first()
    if package is None:
        raise TokenRefusedError(Refusal.LEVEL)
    terms = terms_accepted(release, owner, VERSION)
    if terms is None:
        raise TokenRefusedError(Refusal.TERMS)
    return Opened(token, package, grant, terms)


def _right(token: ReleaseToken) -> ReleaseGrant | None:
    """Return the grant that still stands behind a token; people whose account is closed have no right at all."""
    try:
        if can(token.owner, Permission.RELEASE_DOWNLOAD):
            return download_right(token.release, token.owner)
    except PermissionDenied:
        pass
    raise TokenRefusedError(Refusal.RIGHT_ENDED)


def refusal_record(token: ReleaseToken, refusal: Refusal) -> None:
    """Enter in the log that a known token was refused, and why; whoever calls acts as its owner."""
    detail = f"{token.release.name} {token.level} token {token.hint} refused: {refusal.value}"
    access_record(AccessKind.DOWNLOAD, object_type="refused token", object_id=token.pk, detail=detail)


def project_open(opened: Opened) -> Project:
    """Return the project of a package; PackageMissingError where the file is not there or not as it was written."""
    try:
        return open_project(release_root() / opened.package.path, opened.package.sha256)
    except PackageDamagedError as error:
        raise PackageMissingError(str(error)) from error


@transaction.atomic
def records_record(opened: Opened, asked: str) -> None:
    """Enter in the log that records are handed out, and in the ledger if they are the token's first of the day.

    TokenRefusedError where the release was withdrawn meanwhile.
    """
    token, release = opened.token, opened.token.release
    detail = f"{release.name} {token.level} token {token.hint}, {asked}"
    access_record(AccessKind.DOWNLOAD, object_type="release", object_id=release.pk, detail=detail)
    today = timezone.localdate()
    not_yet = ReleaseToken.objects.filter(Q(ledger_on=None) | Q(ledger_on__lt=today), pk=token.pk)
    # Of two first requests at the same moment the second waits for the first, and then finds nothing to change.
    if not not_yet.update(ledger_on=today):
        return
    # A withdrawal waits, and then knows of this download; one that came first is heeded.
    if not Release.objects.select_for_update(of=("self",), no_key=True).get(pk=release.pk).is_published:
        raise TokenRefusedError(Refusal.NOT_OUT)
    Download.objects.create(
        release=release,
        downloaded_by=token.owner,
        grant=opened.grant,
        package=opened.package,
        terms=opened.terms,
        package_sha256=opened.package.sha256,
    )
