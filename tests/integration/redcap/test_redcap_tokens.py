"""Tokens for REDCap clients: who may make them, for what and for how long, and what ends them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from exports import services
from exports.models import Release, ReleaseGrant, ReleaseToken
from exports.services.downloads import TermsNotAcceptedError
from exports.services.redcap_tokens import MOST_LIVING, token_create, token_revoke
from sites.audit import event_model_of
from sites.context import acting_as, acting_as_system
from sites.models import AccessLog, Membership, User
from tests.cast import Cast
from tests.factories.redcap import accept, ask, made_token, redcap_release, text_of, token_of
from tests.factories.releases import give

pytestmark = pytest.mark.django_db
End = Callable[[Release, Cast], None]


def refused(token: str, words: str) -> None:
    for content in ("record", "metadata", "version"):
        response = ask(token, content)
        assert response.status_code == 403
        assert words in json.loads(text_of(response))["error"]


def change(**values: Any) -> None:
    with acting_as_system("tests", reason="time passes"):
        ReleaseToken.objects.update(**values)


def test_a_token_is_32_hexadecimal_characters_of_which_only_the_digest_is_kept(release: Release, cast: Cast):
    token, written = made_token(release, cast.ivan)
    assert len(written) == 32
    assert int(written, 16) > 0
    assert (token.digest, token.hint) == (hashlib.sha256(written.encode()).hexdigest(), written[-4:])
    events = event_model_of(ReleaseToken)
    told = [str(vars(row)) for row in (*ReleaseToken.objects.all(), *events.objects.all())]
    assert told
    assert not any(written in text for text in told)
    assert ask(written.lower(), "version").status_code == 200


def test_making_and_revoking_is_audited_and_using_is_not(release: Release, cast: Cast):
    token, written = made_token(release, cast.ivan)
    events = event_model_of(ReleaseToken).objects.filter(pgh_obj_id=token.pk)
    assert ask(written, "record").status_code == 200
    assert [event.pgh_label for event in events.order_by("pgh_id")] == ["insert"]
    with acting_as(cast.ivan):
        token_revoke(token=token, by=cast.ivan)
    assert [event.pgh_label for event in events.order_by("pgh_id")] == ["insert", "update"]
    names = {field.name for field in events.model._meta.get_fields()}
    assert not {"last_used_at", "ledger_on"} & names


@pytest.mark.parametrize("name", ["alice", "judy", "adam", "eve"])
def test_nobody_without_the_right_makes_a_token(release: Release, cast: Cast, name: str):
    with pytest.raises(PermissionDenied):
        made_token(release, cast[name])


def test_a_token_is_made_for_a_csv_package_of_ones_own_level_and_no_higher_one(cast: Cast):
    release = redcap_release(cast, level="SHAREABLE")
    for level in ("AGREEMENT", "NOTHING", ""):
        with pytest.raises(PermissionDenied):
            made_token(release, cast.ivan, level)
    assert made_token(release, cast.ivan, "TWIN")[0].level == "TWIN"
    with acting_as(cast.dana):
        release.packages.filter(format="CSV", level="TWIN").delete()
    with pytest.raises(PermissionDenied):
        made_token(release, cast.ivan, "TWIN")


def test_the_terms_come_first(release: Release, cast: Cast):
    with pytest.raises(TermsNotAcceptedError):
        made_token(release, cast.dana)
    accept(release, cast.dana)
    assert made_token(release, cast.dana)[0].owner == cast.dana


@pytest.mark.parametrize("days", [-1, 31, 91, 400])
def test_a_token_lives_no_longer_than_90_days_nor_than_the_grant(release: Release, cast: Cast, days: int):
    with pytest.raises(ValidationError) as caught:
        made_token(release, cast.ivan, days=days)
    assert list(caught.value.message_dict) == ["last_day"]
    give(release, cast.ivan, cast.dana, days=300)
    assert made_token(release, cast.ivan, days=90)[0].last_day == timezone.localdate() + dt.timedelta(days=90)


def test_a_token_opens_until_the_end_of_its_last_day(release: Release, cast: Cast):
    token, _written = made_token(release, cast.ivan, days=0)
    assert token.last_day == timezone.localdate()
    assert token.expires_at == timezone.make_aware(
        dt.datetime.combine(timezone.localdate() + dt.timedelta(days=1), dt.time())
    )


def test_nobody_has_more_than_a_few_living_tokens_of_a_release(release: Release, cast: Cast):
    made = [made_token(release, cast.ivan)[0] for _number in range(MOST_LIVING)]
    with pytest.raises(ValidationError):
        made_token(release, cast.ivan)
    accept(release, cast.dana)
    assert made_token(release, cast.dana)
    with acting_as(cast.ivan):
        token_revoke(token=made[0], by=cast.ivan)
    assert made_token(release, cast.ivan)


def test_nobody_revokes_anothers_token_but_a_data_manager(release: Release, cast: Cast):
    accept(release, cast.dana)
    danas, ivans = made_token(release, cast.dana)[0], made_token(release, cast.ivan)[0]
    with acting_as(cast.ivan), pytest.raises(PermissionDenied):
        token_revoke(token=danas, by=cast.ivan)
    with acting_as(cast.dana):
        token_revoke(token=ivans, by=cast.dana)
    assert not ReleaseToken.objects.get(pk=ivans.pk).is_living
    assert ReleaseToken.objects.get(pk=danas.pk).is_living


def test_no_label_no_token(release: Release, cast: Cast):
    with pytest.raises(ValidationError), acting_as(cast.ivan):
        token_create(release=release, level="AGREEMENT", label=" ", last_day=timezone.localdate(), by=cast.ivan)


def test_unknown_expired_and_revoked_tokens_get_the_same_answer(release: Release, cast: Cast):
    expired, revoked = token_of(release, cast.ivan), token_of(release, cast.ivan)
    with acting_as_system("tests", reason="time passes"):
        ReleaseToken.objects.filter(hint=expired[-4:]).update(expires_at=timezone.now())
        ReleaseToken.objects.filter(hint=revoked[-4:]).update(revoked_at=timezone.now())
    answers = [ask(token, "record") for token in (expired, revoked, "0" * 32, "", "short", "\0" * 32, "é" * 32)]
    assert {(one.status_code, text_of(one)) for one in answers} == {(403, text_of(answers[0]))}
    assert len({tuple(sorted(one.headers)) for one in answers}) == 1
    assert AccessLog.objects.filter(object_type="refused token").count() == 2


def _close_account(_release: Release, cast: Cast) -> None:
    User.objects.filter(pk=cast.ivan.pk).update(is_active=False)


def _end_role(_release: Release, cast: Cast) -> None:
    Membership.objects.filter(user=cast.ivan).update(ends_on=timezone.localdate() - dt.timedelta(days=1))


def _end_grant(release: Release, _cast: Cast) -> None:
    ReleaseGrant.objects.filter(release=release).update(revoked_at=timezone.now())


def _let_grant_end(release: Release, _cast: Cast) -> None:
    ReleaseGrant.objects.filter(release=release).update(valid_until=timezone.localdate() - dt.timedelta(days=1))


@pytest.mark.parametrize("end", [_close_account, _end_role, _end_grant, _let_grant_end])
def test_a_right_that_has_ended_ends_its_tokens_at_once(release: Release, cast: Cast, end: End):
    token = token_of(release, cast.ivan)
    assert ask(token, "record").status_code == 200
    with acting_as_system("tests", reason="a right ends"):
        end(release, cast)
    refused(token, "may not take this release any more")
    [line, *_more] = AccessLog.objects.filter(object_type="refused token")
    assert (line.user_id, line.kind) == (cast.ivan.pk, "DOWNLOAD")
    assert line.detail == f"{release.name} AGREEMENT token {token[-4:]} refused: right ended"


def test_a_lower_grant_ends_tokens_of_a_higher_level(release: Release, cast: Cast):
    agreement, twin = token_of(release, cast.ivan), token_of(release, cast.ivan, "TWIN")
    give(release, cast.ivan, cast.dana, level="TWIN")
    refused(agreement, "this level any more")
    assert ask(twin, "record").status_code == 200


def test_a_token_of_a_lower_level_shows_nothing_of_a_higher_one(release: Release, cast: Cast):
    bodies = {
        level: [
            text_of(ask(token, content, exportDataAccessGroups="true" if content == "record" else None))
            for content in ("record", "metadata", "project", "dag", "exportFieldNames", "instrument", "user")
        ]
        for level in ("AGREEMENT", "SHAREABLE", "TWIN")
        for token in [token_of(release, cast.ivan, level)]
    }
    assert "S01" in "".join(bodies["AGREEMENT"])
    for level in ("SHAREABLE", "TWIN"):
        assert "S01" not in "".join(bodies[level])
        assert "s01" not in "".join(bodies[level])
        assert "patient_site" not in "".join(bodies[level])
        assert json.loads(bodies[level][0])[0]["patient_age_at_infusion"] == "77"
        assert json.loads(bodies[level][3]) == []


def test_new_terms_have_to_be_accepted_first(release: Release, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    token = token_of(release, cast.ivan)
    monkeypatch.setattr("exports.services.redcap_use.VERSION", "2099-1")
    refused(token, "Accept the terms of use")


def test_a_withdrawn_release_is_told_to_whoever_holds_it(release: Release, cast: Cast):
    token = token_of(release, cast.ivan)
    ask(token, "record")
    with acting_as(cast.dana):
        services.release_withdraw(release=release, reason="A wrong dose.", by=cast.dana)
    refused(token, "The release was withdrawn. Stop using it")


def test_a_superseded_release_can_still_be_read(release: Release, cast: Cast):
    token = token_of(release, cast.ivan)
    with acting_as(cast.dana):
        Release.objects.filter(pk=release.pk).update(state="SUPERSEDED")
    assert ask(token, "record").status_code == 200


def test_a_token_opens_its_own_release_alone(release: Release, cast: Cast):
    token = token_of(release, cast.ivan)
    other = ReleaseToken.objects.get()
    assert json.loads(text_of(ask(token, "project")))["project_title"] == f"{other.release.name} AGREEMENT"
