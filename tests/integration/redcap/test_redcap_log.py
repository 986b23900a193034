"""What stays of the use of a token: lines of the log and of the ledger, and how often it may be used."""

from __future__ import annotations

import datetime as dt
import json
import threading
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from django.utils import timezone

from exports import services
from exports.models import Download, Release, ReleaseGrant, ReleaseToken, TermsAcceptance
from exports.selectors.redcap_tokens import token_sent
from exports.services.redcap_tokens import MOST_LIVING
from exports.services.redcap_use import TokenRefusedError, records_record, token_use
from exports.web.redcap import rates
from sites.context import acting_as, acting_as_system
from sites.models import AccessLog
from tests.cast import Cast
from tests.factories.redcap import ask, made_token, text_of, token_of

pytestmark = pytest.mark.django_db
AT_ONCE = 4


def change(**values: Any) -> None:
    with acting_as_system("tests", reason="time passes"):
        ReleaseToken.objects.update(**values)


def at_once(act: Any) -> list[Any]:
    """Do the same several times at the same moment, each on a connection of its own."""
    start, found = threading.Barrier(AT_ONCE), list[Any]()

    def run() -> None:
        start.wait()
        try:
            found.append(act())
        except ValidationError as refused:
            found.append(refused)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_each_request_for_records_is_logged_and_the_first_of_a_day_is_in_the_ledger(release: Release, cast: Cast):
    token = token_of(release, cast.ivan)
    for asked in ({}, {"records": "AAA", "forms": "lab,patient"}, {"type": "eav"}):
        assert ask(token, "record", **asked).status_code == 200
    lines = AccessLog.objects.filter(object_type="release").order_by("id")
    assert [(line.kind, line.user_id, line.source) for line in lines] == [("DOWNLOAD", cast.ivan.pk, "redcap")] * 3
    assert "1 records, 2 fields and forms" in lines[1].detail
    assert "AAA" not in lines[1].detail
    [taken] = Download.objects.all()
    package = release.packages.get(level="AGREEMENT", format="CSV")
    assert (taken.package, taken.package_sha256, taken.downloaded_by) == (package, package.sha256, cast.ivan)
    assert (taken.grant, taken.terms) == (ReleaseGrant.objects.get(), TermsAcceptance.objects.get())
    change(ledger_on=timezone.localdate() - dt.timedelta(days=1))
    assert ask(token, "record").status_code == 200
    assert Download.objects.count() == 2
    ask(token_of(release, cast.ivan), "record")
    assert Download.objects.count() == 3


def test_when_a_token_was_last_used_is_noted(release: Release, cast: Cast):
    token = token_of(release, cast.ivan)
    assert ReleaseToken.objects.get().last_used_at is None
    ask(token, "version")
    used = ReleaseToken.objects.get().last_used_at
    assert used is not None
    with acting_as_system("tests", reason="a grant ends"):
        ReleaseGrant.objects.update(revoked_at=timezone.now())
    ask(token, "version")
    assert ReleaseToken.objects.get().last_used_at == used


def test_strangers_are_slowed_down_by_address_and_the_holder_of_a_token_is_not(
    release: Release, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    token = token_of(release, cast.ivan)
    monkeypatch.setattr(rates, "OF_A_STRANGER", 3)
    assert [ask("0" * 32, "record").status_code for _number in range(4)] == [403, 403, 403, 429]
    slowed = ask("0" * 32, "record")
    assert 1 <= int(slowed.headers["Retry-After"]) <= 60
    assert "Wait" in json.loads(text_of(slowed))["error"]
    assert ask("0" * 32, "record", Client(REMOTE_ADDR="192.0.2.7")).status_code == 403
    assert ask(token, "version").status_code == 200


def test_a_token_that_was_good_once_is_counted_like_a_guess(
    release: Release, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    token = token_of(release, cast.ivan)
    change(revoked_at=timezone.now())
    monkeypatch.setattr(rates, "OF_A_STRANGER", 3)
    assert [ask(token, "record").status_code for _number in range(4)] == [403, 403, 403, 429]


def test_a_token_is_slowed_down_by_its_number(release: Release, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    first, second = token_of(release, cast.ivan), token_of(release, cast.ivan)
    monkeypatch.setattr(rates, "OF_A_TOKEN", 2)
    assert [ask(first, "version").status_code for _number in range(3)] == [200, 200, 429]
    assert ask(second, "version").status_code == 200


def test_a_count_that_a_full_cache_has_dropped_begins_anew(release: Release, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cache, "add", lambda *_told: False)
    assert ask("0" * 32, "record").status_code == 403


def test_a_withdrawal_that_came_first_leaves_no_line_in_the_ledger(release: Release, cast: Cast):
    token = token_sent(token_of(release, cast.ivan))
    assert token is not None
    with acting_as(cast.ivan):
        opened = token_use(token)
    with acting_as(cast.dana):
        services.release_withdraw(release=release, reason="A wrong dose.", by=cast.dana)
    with acting_as(cast.ivan), pytest.raises(TokenRefusedError):
        records_record(opened, "all")
    assert not Download.objects.exists()
    assert not AccessLog.objects.filter(source="web", object_type="release", detail__contains="all").exists()


@pytest.mark.django_db(transaction=True)
def test_several_first_requests_at_once_are_one_line_of_the_ledger(release: Release, cast: Cast):
    token = token_of(release, cast.ivan)
    assert at_once(lambda: ask(token, "record").status_code) == [200] * AT_ONCE
    assert Download.objects.count() == 1
    assert AccessLog.objects.filter(object_type="release").count() == AT_ONCE


@pytest.mark.django_db(transaction=True)
def test_several_tokens_made_at_once_are_not_too_many(release: Release, cast: Cast):
    for _number in range(MOST_LIVING - 1):
        made_token(release, cast.ivan)
    refused = [found for found in at_once(lambda: made_token(release, cast.ivan)) if isinstance(found, Exception)]
    assert len(refused) == AT_ONCE - 1
    assert ReleaseToken.objects.count() == MOST_LIVING
