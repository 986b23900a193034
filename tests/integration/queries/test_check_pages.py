"""The pages of checks: for data managers alone, in both languages, and what was typed stays."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from registry.checks.declared import edit_checks
from registry.checks.settings import WAITING, settings_now
from registry.models import CheckRun, CheckSetting, DataQuery
from registry.services import dry_run as service
from registry.services.check_settings import check_set, setting_now, thresholds_of
from registry.services.queries import query_close
from registry.web.check_page import proposal_query
from registry.web.forms.checks import DecideForm
from sites.models import AccessLog, User
from tests.integration.queries.check_cases import late_case, ran, text_of

pytestmark = pytest.mark.usefixtures("looking_on")
LATE, LAB, LOCK = "DT12_CRS_LATE", "LB01_RANGE_S", "OU02_CAUSE_LOCK"
RUN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def dana_at(dana, signed_in):
    return signed_in(dana)


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr("registry.services.check_runs.current_app.send_task", lambda *_args, **_options: None)


def hidden(response) -> dict[str, str]:
    """What the form that saves sends besides the reason."""
    form = response.content.decode().partition('class="checks__decide"')[2].partition("</form>")[0]
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    return {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"}


ADDRESSES = [
    ("checks", []), ("checks_csv", []), ("check", [LATE]), ("check", [WAITING]), ("check_runs", []),
    ("check_run", [RUN]),
]  # fmt: skip


@pytest.mark.parametrize("name", ["alice", "ivan", "judy", "adam", "eve"])
@pytest.mark.parametrize(("view", "arguments"), ADDRESSES)
def test_only_data_managers_get_the_pages(cast, name, signed_in, view, arguments):
    client, address = signed_in(cast[name]), reverse(view, args=arguments)
    assert client.get(address).status_code == 403
    assert client.post(address).status_code in (403, 405)
    assert not CheckRun.objects.exists()


def test_what_is_no_check_and_no_run_is_absent(dana_at):
    assert dana_at.get(reverse("check", args=["ZZ99"])).status_code == 404
    assert dana_at.get(reverse("check_run", args=[RUN])).status_code == 404


# The list


def test_the_list_names_every_check_with_its_form_its_words_and_its_thresholds(dana_at, cast):
    response = dana_at.get(reverse("checks"))
    page = text_of(response).replace("_ ", "_")
    assert set(codes_shown(response)) == {WAITING, *(check.code for check in edit_checks())}
    assert "The checks have not yet run over all hospitals." in page
    assert "Most days from infusion to onset: 21 days" in page
    assert page.index("All forms") < page.index("WAITING") < page.index("DT12_CRS_LATE") < page.index("DT14_ICANS_LATE")


def test_the_list_costs_as_many_reads_with_many_queries_and_decisions_as_with_few(dana_at, dana, cast):
    def reads():
        with CaptureQueriesContext(connection) as seen:
            dana_at.get(reverse("checks"))
        return len(seen)

    late_case(cast.sev)
    ran()
    check_set(code=LATE, is_on=True, thresholds={"days": "30"}, reason="agreed", by=dana)
    reads()
    few = reads()
    late_case(cast.hou)
    ran()
    check_set(code=LAB, is_on=False, thresholds={}, reason="agreed", by=dana)
    reads()
    assert reads() == few


def codes_shown(response) -> list[str]:
    return re.findall(r'class="checks__code"><a href="/checks/([^/]+)/"', response.content.decode())


@pytest.mark.parametrize(
    ("asked", "some", "none"),
    [
        ({"q": "crs_late"}, LATE, LAB),
        ({"q": "onset infusion"}, LATE, LAB),
        ({"severity": "locking"}, LOCK, LATE),
        ({"severity": "soft"}, LATE, LOCK),
        ({"set": "changed"}, LATE, LAB),
        ({"set": "off"}, LAB, LATE),
        ({"severity": "nonsense", "set": "nonsense"}, LATE, ""),
    ],
)
def test_search_and_filters_stand_in_the_address(dana_at, dana, asked, some, none):
    check_set(code=LATE, is_on=True, thresholds={"days": "30"}, reason="agreed", by=dana)
    check_set(code=LAB, is_on=False, thresholds={"crp_high": "400"}, reason="agreed", by=dana)
    if asked == {"set": "changed"}:
        none = LOCK
    shown = codes_shown(dana_at.get(reverse("checks"), asked))
    assert some in shown
    assert none not in shown
    if "q" in asked:
        assert f'value="{asked["q"]}"' in dana_at.get(reverse("checks"), asked).content.decode()


def test_filters_that_nothing_fits_say_so_and_lead_back(dana_at):
    page = dana_at.get(reverse("checks"), {"q": "no such words"}).content.decode()
    assert "No check fits these filters." in page
    assert f'href="{reverse("checks")}"' in page


def test_the_list_tells_open_queries_and_how_often_a_check_has_asked(dana_at, cast):
    first, _second = late_case(cast.sev), late_case(cast.hou, 3)
    ran()
    line = next(row for row in rows_of(dana_at) if row["Check"] == LATE)
    assert (line["Open queries"], line["Queries ever"], line["Queries per 100 cases"]) == ("1", "1", "50.0")
    assert "All checks last ran over all hospitals" in text_of(dana_at.get(reverse("checks")))
    assert first.patient.study_id not in dana_at.get(reverse("checks")).content.decode()


def rows_of(client, **asked):
    content = client.get(reverse("checks_csv"), asked).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_the_file_holds_what_the_list_shows_and_the_download_is_logged(dana_at, dana):
    check_set(code=LATE, is_on=False, thresholds={}, reason="=agreed", by=dana)
    rows = rows_of(dana_at)
    assert [row["Check"] for row in rows] == codes_shown(dana_at.get(reverse("checks")))
    row = next(row for row in rows if row["Check"] == LATE)
    assert (row["Switched on"], row["Changed by"], row["Reason"], row["Severity"]) == ("no", "Dana", "'=agreed", "Soft")
    assert [row["Check"] for row in rows_of(dana_at, q="crs_late")] == [LATE]
    assert AccessLog.objects.filter(object_type="checks").count() == 2


# One check


def test_a_check_says_what_it_asks_of_whom_and_where_its_numbers_come_from(dana_at):
    page = text_of(dana_at.get(reverse("check", args=[LATE])))
    told = ["Soft", "CRS episode", "Most days from infusion to onset: 21 days", "7 days to 365 days"]
    told += ["conventions of the registry", "It has not asked anything yet.", "Nobody has changed it"]
    for words in told:
        assert words in page
    assert "Its queries" not in text_of(dana_at.get(reverse("check", args=[WAITING])))


@pytest.mark.parametrize("check", [pytest.param(check.code, id=check.code) for check in edit_checks()[::9]])
def test_every_kind_of_check_has_a_page_and_a_dry_run(dana_at, cast, check):
    late_case(cast.sev)
    assert dana_at.get(reverse("check", args=[check])).status_code == 200
    page = dana_at.get(f"{reverse('check', args=[check])}?{proposal_query(setting_now(check))}")
    assert "there is nothing to save" in text_of(page)
    assert "Rows found" in text_of(page)


def test_no_threshold_has_the_name_of_another_control():
    taken = set(DecideForm.base_fields) | {"is", "dry", "csrfmiddlewaretoken"}
    for check in edit_checks():
        assert not taken & {limit.name for limit in thresholds_of(check.code)}


def propose(client, code=LATE, **values):
    return client.get(reverse("check", args=[code]), {"dry": "run", "is": "on", **values})


def test_a_dry_run_shows_what_would_happen_at_each_hospital_and_some_rows(dana_at, cast):
    made = late_case(cast.sev)
    late_case(cast.hou, 3)
    page = propose(dana_at, days="25")
    text = text_of(page)
    assert "1 new query , 50.0 per 100 cases." in text
    assert "Most days from infusion to onset : 21 days → becomes 25 days" in text.replace("onset:", "onset :")
    assert "About 0.3 to 0.5 hours of work at 20 to 30 minutes a query" in text
    assert made.patient.study_id in text
    assert str(made.last["crs_episode"].pk) in page.content.decode(), "the row is linked"
    assert "Save this setting" in text
    assert not DataQuery.objects.exists()
    assert not CheckSetting.objects.exists()


def test_a_dry_run_of_what_is_set_already_offers_nothing_to_save(dana_at):
    text = text_of(propose(dana_at, days="21"))
    assert "there is nothing to save" in text
    assert "Save this setting" not in text


def test_numbers_that_cannot_be_are_told_at_their_field_and_stay_typed(dana_at):
    page = propose(dana_at, days="soon").content.decode()
    assert 'value="soon"' in page
    assert "Type a number." in page
    page = propose(dana_at, days="3").content.decode()
    assert 'value="3"' in page
    assert "Type a whole number from 7 to 365 days." in page
    assert "checks__decide" not in page


def decide(client, page, reason="agreed by the steering group", code=LATE, **changed):
    return client.post(reverse("check", args=[code]), {**hidden(page), "reason": reason, **changed})


def test_what_was_looked_at_is_saved_with_its_reason_and_the_check_runs(dana_at, dana):
    done = decide(dana_at, propose(dana_at, days="30"))
    assert done.url == reverse("check", args=[LATE])
    row = CheckSetting.objects.get()
    assert (row.thresholds, row.is_on, row.reason, row.set_by) == (
        {"days": "30"}, True, "agreed by the steering group", dana)  # fmt: skip
    run = CheckRun.objects.get()
    text = text_of(dana_at.get(done.url))
    assert "Saved. The check runs over all hospitals now." in text
    assert "21 days → becomes 30 days" in text
    assert "agreed by the steering group" in text
    assert reverse("check_run", args=[run.pk]) in dana_at.get(done.url).content.decode()


def test_without_a_reason_nothing_is_saved_and_the_proposal_stays(dana_at):
    page = decide(dana_at, propose(dana_at, days="30"), reason="")
    assert page.status_code == 422
    assert "Say why." in page.content.decode()
    assert hidden(page)["days"] == "30"
    assert not CheckSetting.objects.exists()


def test_saving_without_a_dry_run_of_exactly_these_values_asks_once_more(dana_at):
    page = decide(dana_at, propose(dana_at, days="30"), days="31")
    assert page.status_code == 422
    text = text_of(page)
    assert "Look at what these values would do, then save." in text
    assert "21 days → becomes 31 days" in text
    assert 'value="agreed by the steering group"' in page.content.decode()
    assert not CheckSetting.objects.exists()
    assert decide(dana_at, page).status_code == 302
    assert CheckSetting.objects.get().thresholds == {"days": "31"}


@pytest.mark.parametrize("typed", [{}, {"is": "on", "days": "40", "reason": "x"}, {"days": "40", "since": "nonsense"}])
def test_a_decision_sent_by_hand_is_not_saved_unseen(dana_at, typed):
    assert dana_at.post(reverse("check", args=[LATE]), typed).status_code == 422
    assert not CheckSetting.objects.exists()


def test_who_decides_on_an_older_setting_sees_both_and_can_decide_again(dana_at, dana):
    page = propose(dana_at, days="30")
    check_set(code=LATE, is_on=True, thresholds={"days": "40"}, reason="meanwhile", by=dana)
    page = decide(dana_at, page)
    text = text_of(page)
    assert "Somebody has changed this setting meanwhile." in text
    assert "40 days → becomes 30 days" in text
    assert decide(dana_at, page).status_code == 302
    assert settings_now().thresholds[LATE]["days"] == 30


def test_switching_off_and_back_as_declared(dana_at, cast):
    late_case(cast.sev)
    ran()
    page = propose(dana_at, days="30", **{"is": "off"})
    assert "The check is: Switched on → becomes Switched off" in text_of(page)
    decide(dana_at, page)
    page = dana_at.get(reverse("check", args=[LATE])).content.decode()
    declared = re.search(r'href="(\?dry=run[^"#]*)#proposal"', page)[1].replace("&amp;", "&")
    decide(dana_at, dana_at.get(reverse("check", args=[LATE]) + declared), reason="back")
    assert CheckSetting.objects.first().thresholds == {}
    assert CheckSetting.objects.first().is_on


def test_a_dry_run_that_is_stopped_is_told_and_saving_is_offered_all_the_same(dana_at, cast, monkeypatch):
    monkeypatch.setattr(service, "_COUNTS", service._COUNTS.replace("FROM laid", "FROM laid, pg_sleep(5)"))
    monkeypatch.setattr(service.dry_run, "__kwdefaults__", {"seconds": 0.2})
    late_case(cast.sev)
    page = propose(dana_at, days="25")
    assert page.status_code == 200
    assert "The dry run was stopped after 0.2 seconds" in text_of(page)
    assert "Save without a dry run" in text_of(page)
    assert decide(dana_at, page).status_code == 302


def test_the_wait_for_missing_values_has_a_page_of_its_own(dana_at, cast):
    late_case(cast.sev)
    page = propose(dana_at, WAITING, days="0")
    assert "CO03_MISSCODE" in text_of(page)
    assert decide(dana_at, page, code=WAITING).status_code == 302
    assert settings_now().waiting_days == 0


def test_a_check_tells_what_became_of_its_queries(dana_at, dana, cast):
    first, second, third = (late_case(site, onset) for site, onset in ((cast.sev, 30), (cast.hou, 31), (cast.hou, 32)))
    ran()
    for made, resolution in ((first, "VERIFIED"), (second, "FIXED")):
        query_close(query=DataQuery.objects.get(check_code=LATE, patient=made.patient), resolution=resolution,
                    text="by the chart", by=dana)  # fmt: skip
    page = dana_at.get(reverse("check", args=[LATE]))
    text = text_of(page)
    assert "1 of 2 closed (50 %)" in text
    assert "The value is right as it stands: 1" in text
    query = DataQuery.objects.get(check_code=LATE, patient=third.patient)
    assert reverse("query", args=[query.pk]) in page.content.decode()
    assert escape(f"{reverse('queries')}?state=all&check={LATE}") in page.content.decode()


def test_the_pages_speak_spanish(dana, cast, signed_in):
    User.objects.filter(pk=dana.pk).update(language="es")
    dana.refresh_from_db()
    late_case(cast.sev)
    client = signed_in(dana)
    text = text_of(propose(client, days="25"))
    assert "Guardar este ajuste" in text
    assert "0,3 a 0,5" in text
    assert "Controles" in text_of(client.get(reverse("checks")))
    assert "Ejecutar ahora todos los controles" in text_of(client.get(reverse("check_runs")))
