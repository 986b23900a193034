"""The second wall between sites: forced row-level security on every table with a site, set after every `migrate`.

A role that serves people reads and writes only rows of the sites its transaction was told (`sites.context`). Where
nothing was told the database raises an error: no rows at all would look like an empty registry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from config.database.grants import has_roles
from config.database.roles import EXPORT, OWNER, WEB, WORKER

# Written as PostgreSQL writes it back, so that a wall that stands can be compared with what is wanted. The list is read
# once for each query by the inner SELECT; without it PostgreSQL reads it again for every row (see docs/adr).
OWN_SITES: Final = "(site_id = ANY (( SELECT (current_setting('app.sites'::text))::uuid[] AS current_setting)::uuid[]))"


@dataclass(frozen=True, order=True)
class Policy:
    """Who may do what to which rows of a table."""

    name: str
    command: str
    roles: tuple[str, ...]
    rows: str

    def statement(self, table: str) -> str:
        """SQL that puts the policy on a table. What may be read is also what may be written."""
        check = "" if self.command == "SELECT" else f" WITH CHECK ({self.rows})"
        return (
            f'CREATE POLICY {self.name} ON "{table}" FOR {self.command} TO {", ".join(self.roles)}'
            f" USING ({self.rows}){check}"
        )


WALL: Final = (
    Policy("own_sites", "ALL", (WEB, WORKER), OWN_SITES),
    Policy("own_sites_released", "SELECT", (EXPORT,), OWN_SITES),
    # Migrations change rows of all sites. The owner could remove the wall anyway, cannot sign in, and serves nobody.
    Policy("whole_table", "ALL", (OWNER,), "true"),
)

# A linkage case says something about two sites, neither of which may learn of the other: whoever sees it sees both.
PAIRS: Final = ("registry_linkagecase", "registry_linkagecaseevent")
BOTH_SITES: Final = " AND ".join(OWN_SITES.replace("site_id", name) for name in ("first_site_id", "second_site_id"))
PAIR_WALL: Final = (Policy("both_sites", "ALL", (WEB, WORKER), f"({BOTH_SITES})"), WALL[-1])

_MACHINERY = "of the framework; no patient in it"
_PEOPLE = "read to find out who somebody is and where they work, before any site is known"
_REPLIES = "answers of the interface for programs, encrypted, each for the person who got it; kept for a day"
_AUDIT = "reads and seals of all sites at once, for whoever may see the audit trail; no clinical value in them"
_PAPERS = "agreements of hospitals; administrators, who have no site, look after them; no patient in it"
_REFERENCE = "a list that all hospitals share"
_CHECKS = "settings of edit checks, runs of them counted, and anonymous figures; no patient in it"
_RELEASES = "releases are pooled over all sites, under subject keys; who sees one is said by grants"
# Every table that stands outside the wall, with the reason. A table that is in neither place fails a test.
OUTSIDE: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "account_emailaddress",
                "account_emailconfirmation",
                "auth_group",
                "auth_group_permissions",
                "auth_permission",
                "django_admin_log",
                "django_content_type",
                "django_migrations",
                "django_session",
                "mfa_authenticator",
                "pghistory_context",
                "quell_limits",
                "socialaccount_socialaccount",
                "socialaccount_socialapp",
                "socialaccount_socialtoken",
                "usersessions_usersession",
            ),
            _MACHINERY,
        ),
        **dict.fromkeys(
            (
                "study_sites_apitoken",
                "study_sites_apitokenevent",
                "study_sites_invitation",
                "study_sites_invitationevent",
                "study_sites_membership",
                "study_sites_membershipevent",
                "study_sites_site",
                "study_sites_siteevent",
                "study_sites_user",
                "study_sites_userevent",
            ),
            _PEOPLE,
        ),
        "study_sites_apireply": _REPLIES,
        **dict.fromkeys(("study_sites_agreement", "study_sites_agreementevent"), _PAPERS),
        **dict.fromkeys(
            ("study_sites_accesslog", "study_sites_seal", "study_sites_sealcheck", "study_sites_sealedevent"), _AUDIT
        ),
        **dict.fromkeys(
            (
                "registry_product",
                "registry_productapproval",
                "registry_productapprovalevent",
                "registry_productevent",
            ),
            _REFERENCE,
        ),
        **dict.fromkeys(
            (
                "registry_checkrun",
                "registry_checksetting",
                "registry_digestchoice",
                "registry_peerscore",
            ),
            _CHECKS,
        ),
        **dict.fromkeys(
            (
                "exports_datarequest",
                "exports_datarequestevent",
                "exports_download",
                "exports_downloadevent",
                "exports_exportjob",
                "exports_feasibilitybasis",
                "exports_policysetting",
                "exports_project",
                "exports_projectevent",
                "exports_release",
                "exports_releaseevent",
                "exports_releasegrant",
                "exports_releasegrantevent",
                "exports_releasepackage",
                "exports_releasepackageevent",
                "exports_releasetoken",
                "exports_releasetokenevent",
                "exports_requestmessage",
                "exports_requestmessageevent",
                "exports_studyreport",
                "exports_termsacceptance",
                "exports_termsacceptanceevent",
            ),
            _RELEASES,
        ),
    }
)


def refresh_policies(using: str = "default") -> None:
    """Put the wall on every table with a site that has not exactly this one.

    Table by table, because it shuts the table for a moment; a wall that stands is not touched.
    """
    with connections[using].cursor() as cursor:
        if not has_roles(cursor):
            return
        standing = standing_walls(cursor)
        for table in tables_with_a_site(cursor):
            if standing.get(table) != (True, True, frozenset(wall_of(table))):
                with transaction.atomic(using=using):
                    _build(cursor, table)


def wall_of(table: str) -> tuple[Policy, ...]:
    """The policies that a table with a site has."""
    return PAIR_WALL if table in PAIRS else WALL


def tables_with_a_site(cursor: CursorWrapper) -> list[str]:
    """The tables that belong behind the wall: all with a column of a site but those that stand outside for a reason."""
    cursor.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " AND a.attname IN ('site_id', 'first_site_id')"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT a.attisdropped ORDER BY 1"
    )
    return [name for (name,) in cursor.fetchall() if name not in OUTSIDE]


def standing_walls(cursor: CursorWrapper) -> dict[str, tuple[bool, bool, frozenset[Policy]]]:
    """Table -> is row-level security on, does it bind the owner too, and its policies."""
    cursor.execute(
        "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, p.policyname, p.cmd, p.roles::text[], p.qual"
        " FROM pg_class c LEFT JOIN pg_policies p ON p.schemaname = 'public' AND p.tablename = c.relname"
        " AND p.permissive = 'PERMISSIVE' AND coalesce(p.with_check, p.qual) = p.qual"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
    )
    found: dict[str, tuple[bool, bool, frozenset[Policy]]] = {}
    for table, is_on, is_forced, name, command, roles, rows in cursor.fetchall():
        before = found[table][2] if table in found else frozenset()
        policies = before | {Policy(name, command, tuple(roles), rows)} if name else before
        found[table] = (is_on, is_forced, policies)
    return found


def _build(cursor: CursorWrapper, table: str) -> None:
    cursor.execute("SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND tablename = %s", [table])
    for (name,) in cursor.fetchall():
        cursor.execute(f'DROP POLICY "{name}" ON "{table}"')
    for policy in wall_of(table):
        cursor.execute(policy.statement(table))
    cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY')
