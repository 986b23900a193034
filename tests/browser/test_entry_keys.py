"""Typing into an entry page: drafts, branches, keys, blocks pasted into a grid. The server is played by the test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template import engines
from playwright.sync_api import expect

HERE = Path(__file__).parent
SCRIPTS = HERE.parents[1] / "registry" / "static" / "quell"
HOST = "http://harness.test"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'"
)
FAILED = "The draft is not on the server yet. Keep this page open."
KEPT = {"saved": "14:02"}


class Desk:
    """The page, and the server behind it: what was posted, and what it is answered next."""

    def __init__(self, page: Any) -> None:
        self.page, self.restored = page, False
        self.drafts: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.saved: list[dict[str, str]] = []
        self.waiting: list[Any] = []
        self.is_slow = False
        self.answer: dict[str, Any] = {"json": KEPT}
        page.route(f"{HOST}/**", self.serve)

    def serve(self, route: Any) -> None:
        """Answer as the server would."""
        path = urlsplit(route.request.url).path
        if path.startswith("/static/"):
            route.fulfill(path=SCRIPTS / path.removeprefix("/static/"))
        elif path == "/draft/":
            self._take_draft(route)
        elif path == "/save/":
            self.saved.append(_typed(route))
            route.fulfill(body="<title>Saved</title>", content_type="text/html", headers=_policy())
        else:
            route.fulfill(
                body=self._page() if path == "/" else "elsewhere", content_type="text/html", headers=_policy()
            )

    def _page(self) -> str:
        template = engines["django"].from_string((HERE / "entry_harness.html").read_text(encoding="utf-8"))
        return template.render({"days": range(1, 11), "restored": self.restored})

    def _take_draft(self, route: Any) -> None:
        self.drafts.append(_typed(route))
        self.headers.append(route.request.headers)
        if self.is_slow:
            self.waiting.append(route)
        else:
            route.fulfill(**self.answer)

    def open(self) -> Any:
        """Open the page at a clock that stands still until the test moves it."""
        self.page.clock.install(time=1_000_000)
        self.page.goto(HOST)
        self.page.clock.pause_at(2_000_000)
        return self.page

    def box(self, name: str) -> Any:
        """Return the element around a control."""
        return self.page.locator(f'[data-box="{name}"]')

    def control(self, name: str) -> Any:
        """Return a control."""
        return self.page.locator(f'[name="{name}"]')

    def type_into(self, name: str, text: str) -> None:
        """Type with real keys, replacing what stands there."""
        self.control(name).focus()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def pass_time(self, milliseconds: int) -> None:
        """Let time pass on the page, and let what it asks the server be answered."""
        self.page.clock.run_for(milliseconds)
        self.page.evaluate("fetch('/settled').then((answer) => answer.text())")

    def says(self, text: str, state: str) -> None:
        """Check what the page says of the draft."""
        place = self.page.locator("[data-save-state]")
        expect(place).to_have_text(text)
        expect(place).to_have_class(f"state--{state}" if state else "")

    def leaves(self) -> list[str]:
        """Try to leave the page, stay if it asks, and return what it asked."""
        asked: list[str] = []
        self.page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        self.page.evaluate("setTimeout(() => { location.href = '/elsewhere' }, 0)")
        self.pass_time_in_browser()
        return asked

    def pass_time_in_browser(self) -> None:
        """Run the timer that leaves the page, which may take the page away."""
        self.page.clock.run_for(1)
        self.page.wait_for_timeout(100)

    def copies(self, text: str) -> None:
        """Put a text into the clipboard by the keys that everybody uses."""
        self.page.evaluate("(text) => { document.querySelector('#clipboard').value = text }", text)
        self.page.locator("#clipboard").focus()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Control+C")

    def values(self, *names: str) -> list[str]:
        """Return what stands in the controls."""
        return [self.control(name).input_value() for name in names]

    def focused(self) -> str:
        """Return the name of the control that the keyboard stands in."""
        return self.page.evaluate("document.activeElement.name || ''")


def _typed(route: Any) -> dict[str, str]:
    return {name: texts[0] for name, texts in parse_qs(route.request.post_data, keep_blank_values=True).items()}


def _policy() -> dict[str, str]:
    return {"Content-Security-Policy": POLICY}


@pytest.fixture
def locale() -> str:
    """One language is enough: these scripts read no number and no date. This is the one that types a comma."""
    return "es-ES"


@pytest.fixture
def complaints() -> list[str]:
    """What the console may say in this test, as patterns; otherwise it must stay silent."""
    return []


@pytest.fixture
def desk(context: Any, complaints: list[str]) -> Iterator[Desk]:
    """An entry page whose server the test plays."""
    page, heard = context.new_page(), []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.set_default_timeout(5000)
    yield Desk(page)
    assert not [text for text in heard if not any(re.search(pattern, text) for pattern in complaints)], heard


@pytest.fixture
def at(desk: Desk) -> Callable[[str], None]:
    """Put the keyboard into a control of the open page."""
    desk.open()
    return lambda name: desk.control(name).focus()


# --- Drafts


def test_a_draft_is_sent_two_seconds_after_the_last_keystroke(desk) -> None:
    desk.open()
    desk.says("", "")
    desk.type_into("onset", "13/3/25")
    desk.says("Unsaved changes", "unsaved")
    desk.pass_time(1500)
    desk.page.keyboard.type(" ")
    desk.pass_time(1990)
    assert desk.drafts == []
    desk.pass_time(20)
    assert [draft["onset"] for draft in desk.drafts] == ["13/3/25 "]
    desk.says("Draft saved 14:02", "saved")
    assert desk.drafts[0]["page-row"] == "crs_episode-1"
    assert desk.drafts[0]["day-3-version"] == "1"
    desk.pass_time(60_000)
    assert len(desk.drafts) == 1


def test_a_draft_carries_the_token_of_the_moment_and_says_that_a_script_asks(desk) -> None:
    desk.open()
    desk.page.evaluate("document.querySelector('[name=csrfmiddlewaretoken]').value = 'second-token'")
    desk.type_into("onset", "+1")
    desk.pass_time(2000)
    assert desk.headers[0]["x-csrftoken"] == desk.drafts[0]["csrfmiddlewaretoken"] == "second-token"
    assert desk.headers[0]["hx-request"] == "true"
    assert desk.headers[0]["accept"] == "application/json"


def test_a_field_and_a_row_that_are_left_are_sent_at_once_and_a_cell_is_not(desk) -> None:
    desk.open()
    desk.type_into("onset", "+1")
    desk.page.keyboard.press("Tab")
    desk.pass_time(310)
    assert len(desk.drafts) == 1
    desk.type_into("day-1-temp", "38,4")
    desk.page.keyboard.press("Tab")
    desk.pass_time(400)
    assert len(desk.drafts) == 1
    desk.page.keyboard.press("Enter")
    desk.pass_time(310)
    assert [draft["day-1-temp"] for draft in desk.drafts] == ["", "38,4"]


def test_somebody_who_never_pauses_still_has_a_draft(desk) -> None:
    desk.open()
    desk.control("day-1-temp").focus()
    for _ in range(4):
        desk.page.keyboard.type("38")
        desk.page.keyboard.press("Enter")
        desk.pass_time(150)
    assert desk.drafts


def test_what_is_put_back_is_not_sent(desk) -> None:
    desk.open()
    desk.type_into("onset", "13")
    desk.type_into("onset", "12/03/2025")
    desk.says("", "")
    desk.pass_time(5000)
    assert desk.drafts == []


def test_only_one_request_runs_at_a_time_and_the_newest_text_follows(desk) -> None:
    desk.open()
    desk.is_slow = True
    desk.type_into("onset", "first")
    desk.pass_time(2000)
    desk.says("Saving the draft", "saving")
    desk.type_into("onset", "second")
    desk.pass_time(2000)
    desk.type_into("onset", "third")
    desk.pass_time(2000)
    assert [draft["onset"] for draft in desk.drafts] == ["first"]
    desk.is_slow = False
    desk.waiting.pop().fulfill(**desk.answer)
    desk.says("Draft saved 14:02", "saved")
    assert [draft["onset"] for draft in desk.drafts] == ["first", "third"]


def test_a_request_that_hangs_is_given_up_and_sent_again(desk) -> None:
    desk.open()
    desk.is_slow = True
    desk.type_into("onset", "+1")
    desk.pass_time(2000)
    desk.pass_time(20_000)
    desk.says(FAILED, "failed")
    desk.is_slow = False
    desk.pass_time(15_000)
    desk.says("Draft saved 14:02", "saved")


# --- Drafts that are not kept


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500, "body": "broken"},
        {"status": 403, "body": "{}", "content_type": "application/json"},
        {"status": 302, "headers": {"Location": "/accounts/sign-in/"}},
        {"status": 200, "body": "<title>Sign in</title>", "content_type": "text/html"},
        {"status": 200, "body": "cut off", "content_type": "application/json"},
    ],
    ids=["error", "refused", "sign-in", "another page", "cut off"],
)
def test_a_draft_that_was_not_kept_is_told_and_sent_again(desk, complaints, answer) -> None:
    complaints.append("status of (500|403)")
    desk.open()
    desk.answer = answer
    desk.type_into("onset", "+1")
    desk.pass_time(2000)
    desk.says(FAILED, "failed")
    desk.pass_time(14_000)
    assert len(desk.drafts) == 1
    desk.pass_time(1000)
    desk.says(FAILED, "failed")
    desk.answer = {"json": KEPT}
    desk.pass_time(15_000)
    desk.says("Draft saved 14:02", "saved")
    assert len(desk.drafts) == 3


@pytest.mark.parametrize(
    "event",
    [
        "window.dispatchEvent(new Event('focus'))",
        "window.dispatchEvent(new Event('online'))",
        "window.dispatchEvent(new StorageEvent('storage', {key: 'quell-sign-in-ends', newValue: 'somebody 1'}))",
        "document.querySelector('[name=csrfmiddlewaretoken]').value = 'of the new sign-in'",
    ],
    ids=["focus", "online", "sign-in", "token"],
)
def test_the_next_attempt_is_made_as_soon_as_it_may_succeed(desk, complaints, event) -> None:
    complaints.append("ERR_FAILED|Failed to load")
    desk.open()
    desk.page.route(f"{HOST}/draft/", lambda route: route.abort())
    desk.type_into("onset", "+1")
    desk.pass_time(2000)
    desk.says(FAILED, "failed")
    desk.page.unroute(f"{HOST}/draft/")
    desk.page.evaluate(event)
    desk.says("Draft saved 14:02", "saved")


def test_nothing_is_sent_on_focus_and_for_a_new_token_while_all_is_well(desk) -> None:
    desk.open()
    desk.type_into("onset", "+1")
    desk.pass_time(2000)
    desk.says("Draft saved 14:02", "saved")
    desk.page.evaluate("document.querySelector('[name=csrfmiddlewaretoken]').value = 'of the new sign-in'")
    desk.page.evaluate("window.dispatchEvent(new Event('focus'))")
    desk.pass_time(5000)
    assert len(desk.drafts) == 1
    assert desk.leaves() == []
    desk.page.wait_for_url("**/elsewhere")


def test_a_failure_stays_in_sight_while_typing_goes_on(desk) -> None:
    desk.open()
    desk.answer = {"status": 302, "headers": {"Location": "/"}}
    desk.type_into("onset", "+1")
    desk.pass_time(2000)
    desk.page.keyboard.type("2")
    desk.says(FAILED, "failed")


def test_only_news_of_the_draft_are_announced_and_each_once(desk) -> None:
    desk.open()
    desk.page.evaluate(
        """() => { window.spoken = []; const place = document.querySelector('[data-save-state]');
        new MutationObserver(() => { if (place.getAttribute('aria-live') === 'polite') spoken.push(place.textContent) })
          .observe(place, {childList: true}) }"""
    )
    for text in ("+1", "+2", "+3"):
        desk.type_into("onset", text)
        desk.pass_time(2000)
        desk.says("Draft saved 14:02", "saved")
    assert desk.page.evaluate("spoken") == ["Draft saved 14:02"]


# --- What the server says


def test_echo_warning_and_error_stand_beside_their_control(desk) -> None:
    desk.open()
    onset, box = desk.control("onset"), desk.box("onset")
    desk.answer = {"json": {**KEPT, "boxes": {"onset": {"echo": "day +4", "warning": "late", "error": "no date"}}}}
    desk.type_into("onset", "15/3")
    desk.pass_time(2000)
    expect(box.locator("[data-echo]")).to_have_text("day +4")
    expect(box.locator("[data-warning]")).to_be_visible()
    expect(onset).to_have_attribute("aria-invalid", "true")
    expect(onset).to_have_accessible_description("dd/mm/yyyy day +4 late no date")
    desk.answer = {"json": {**KEPT, "boxes": {"onset": {"echo": "day +5", "warning": "", "error": ""}}}}
    desk.type_into("onset", "16/3")
    desk.pass_time(2000)
    expect(box.locator("[data-echo]")).to_have_text("day +5")
    expect(box.locator("[data-error]")).to_be_hidden()
    expect(onset).not_to_have_attribute("aria-invalid", "true")
    expect(onset).to_have_accessible_description("dd/mm/yyyy day +5")


def test_a_row_shows_its_grade_and_what_is_said_of_it(desk) -> None:
    desk.open()
    says = {"computed": {"grade_computed": {"text": "3", "tone": "differs"}}, "says": "Check day +6"}
    desk.answer = {"json": {**KEPT, "rows": {"day-6": says}}}
    desk.type_into("day-6-temp", "38,2")
    desk.pass_time(2000)
    cell = desk.page.locator('[data-row="day-6"] [data-computed]')
    expect(cell).to_have_text("3")
    expect(cell).to_have_class("grid__computed grid__computed--differs")
    expect(desk.page.locator('[data-row-says="day-6"] td')).to_have_text("Check day +6")
    says = {"computed": {"grade_computed": {"text": "", "tone": "waits"}}, "says": ""}
    desk.answer = {"json": {**KEPT, "rows": {"day-6": says}}}
    desk.type_into("day-6-temp", "")
    desk.page.keyboard.press("Delete")
    desk.pass_time(2000)
    expect(cell).to_have_text("")
    expect(cell).to_have_class("grid__computed grid__computed--waits")
    expect(desk.page.locator('[data-row-says="day-6"]')).to_be_hidden()


def test_a_cell_with_an_error_is_marked_and_described_once(desk) -> None:
    desk.open()
    desk.answer = {"json": {**KEPT, "boxes": {"day-1-temp": {"echo": "", "warning": "", "error": "30 to 45"}}}}
    desk.type_into("day-1-temp", "384")
    desk.pass_time(2000)
    expect(desk.box("day-1-temp")).to_have_class(re.compile("is-wrong"))
    expect(desk.control("day-1-temp")).to_have_accessible_description("30 to 45")
    desk.answer = {"json": {**KEPT, "boxes": {"day-1-temp": {"echo": "", "warning": "high", "error": ""}}}}
    desk.type_into("day-1-temp", "41,8")
    desk.pass_time(2000)
    expect(desk.box("day-1-temp")).to_have_class("is-changed is-doubtful")
    expect(desk.control("day-1-temp")).to_have_accessible_description("high")


def test_every_value_that_is_computed_from_the_fields_of_a_head_follows(desk) -> None:
    desk.open()
    desk.control("given").select_option("yes")
    desk.type_into("doses", "2")
    peak = {"text": "3", "tone": "", "title": "from day +6"}
    says = {"computed": {"peak": peak, "length": {"text": "", "tone": "waits", "title": "needs the end"}}, "says": ""}
    desk.answer = {"json": {**KEPT, "rows": {"head-1": says}}}
    desk.type_into("head-1-remark", "late")
    expect(desk.page.locator("[data-computed=peak]")).to_have_class("is-stale")
    desk.pass_time(2000)
    expect(desk.page.locator("[data-computed=peak]")).to_have_text("3")
    expect(desk.page.locator("[data-computed-title=peak]")).to_have_text("from day +6")
    expect(desk.page.locator("[data-computed=length]")).to_have_class("grid__computed--waits")
    expect(desk.page.locator("[data-computed=length]")).to_have_attribute("title", "needs the end")


def test_a_late_answer_leaves_alone_what_was_typed_since(desk) -> None:
    desk.open()
    desk.is_slow = True
    desk.type_into("day-1-temp", "39")
    desk.type_into("day-2-temp", "39")
    desk.type_into("onset", "15/3")
    desk.pass_time(2000)
    desk.type_into("day-2-temp", "37")
    desk.type_into("onset", "15/3/24")
    says = {"computed": {"grade_computed": {"text": "1", "tone": ""}}, "says": ""}
    late = {**KEPT, "boxes": {"onset": {"echo": "day +4"}}, "rows": {"day-1": says, "day-2": says}}
    desk.waiting.pop().fulfill(json=late)
    expect(desk.page.locator('[data-row="day-1"] [data-computed]')).to_have_text("1")
    expect(desk.page.locator('[data-row="day-2"] [data-computed]')).to_have_text("")
    assert desk.values("onset") == ["15/3/24"]
    expect(desk.box("onset").locator("[data-echo]")).to_be_hidden()
    desk.says("Unsaved changes", "unsaved")
    desk.pass_time(2000)
    assert [draft["onset"] for draft in desk.drafts] == ["15/3", "15/3/24"]
    desk.waiting.pop().fulfill(json={**KEPT, "boxes": {"onset": {"echo": "day -362"}}})
    expect(desk.box("onset").locator("[data-echo]")).to_have_text("day -362")


def test_what_was_said_of_an_older_text_is_marked_until_the_server_has_spoken(desk) -> None:
    desk.open()
    desk.type_into("day-1-temp", "39")
    grade = desk.page.locator('[data-row="day-1"] [data-computed]')
    expect(grade).to_have_class(re.compile("is-stale"))
    expect(desk.box("day-1-temp")).to_have_class(re.compile("is-stale"))
    desk.pass_time(2000)
    expect(grade).not_to_have_class(re.compile("is-stale"))
    expect(desk.box("day-1-temp")).not_to_have_class(re.compile("is-stale"))


# --- Marks and branches


def test_a_changed_control_is_marked_until_it_says_the_same_again(desk) -> None:
    desk.open()
    desk.type_into("onset", "13/03/2025")
    expect(desk.box("onset")).to_have_class(re.compile("is-changed"))
    desk.type_into("onset", "12/03/2025")
    expect(desk.box("onset")).not_to_have_class(re.compile("is-changed"))
    desk.control("given").select_option("yes")
    expect(desk.box("given")).to_have_class(re.compile("is-changed"))


def test_reasons_for_a_missing_value_are_marked(desk) -> None:
    desk.open()
    missing = re.compile("is-missing")
    for text in ("ND", "unk", " Na "):
        desk.type_into("day-1-ferritin", text)
        expect(desk.box("day-1-ferritin")).to_have_class(missing)
    desk.type_into("day-1-ferritin", "NDA")
    expect(desk.box("day-1-ferritin")).not_to_have_class(missing)
    desk.control("day-1-oxygen").select_option("?ND")
    expect(desk.box("day-1-oxygen")).to_have_class(missing)


def test_a_field_shows_when_it_is_asked_and_stays_while_it_holds_a_value(desk) -> None:
    desk.open()
    doses, remark = desk.box("doses"), desk.box("head-1-remark")
    expect(doses).to_be_hidden()
    desk.control("given").select_option("yes")
    expect(doses).to_be_visible()
    expect(remark).to_be_hidden()
    desk.type_into("doses", "nd")
    expect(remark).to_be_hidden()
    desk.type_into("doses", "2")
    expect(remark).to_be_visible()
    desk.control("given").select_option("?UNK")
    expect(doses).to_be_visible()
    expect(doses).to_have_class(re.compile("not-asked"))
    desk.type_into("doses", "")
    desk.page.keyboard.press("Delete")
    expect(doses).to_be_visible()
    desk.page.keyboard.press("Tab")
    expect(doses).to_be_hidden()


def test_a_cell_that_is_not_asked_keeps_its_place_and_is_passed_over(desk, at) -> None:
    at("day-1-oxygen")
    expect(desk.box("day-1-flow")).to_have_class(re.compile("not-asked"))
    desk.page.keyboard.press("Tab")
    assert desk.focused() == "day-1-grade"
    for day in (1, 3):
        desk.control(f"day-{day}-oxygen").select_option("2")
    desk.control("day-1-oxygen").focus()
    desk.page.keyboard.press("Tab")
    assert desk.focused() == "day-1-flow"
    desk.page.keyboard.press("Enter")
    assert desk.focused() == "day-3-flow"
    desk.control("day-2-flow").click()
    desk.page.keyboard.type("4")
    desk.page.keyboard.press("Shift+Enter")
    desk.page.keyboard.press("Enter")
    assert desk.focused() == "day-2-flow"
    expect(desk.box("day-2-flow")).to_have_class(re.compile("not-asked"))


# --- Leaving and saving


def test_the_page_asks_before_it_is_left_only_while_something_is_not_on_the_server(desk) -> None:
    desk.open()
    desk.type_into("onset", "+1")
    assert desk.leaves() == ["beforeunload"]
    desk.pass_time(2000)
    desk.says("Draft saved 14:02", "saved")
    assert desk.leaves() == []
    desk.page.wait_for_url("**/elsewhere")


def test_a_restored_draft_counts_as_kept(desk) -> None:
    desk.restored = True
    desk.open()
    desk.says("Draft of 10:00", "saved")
    assert desk.leaves() == []
    desk.page.wait_for_url("**/elsewhere")
    assert desk.drafts == []


def test_saving_without_a_change_saves_at_once(desk) -> None:
    desk.open()
    desk.page.keyboard.press("Control+S")
    desk.page.wait_for_url("**/save/")
    assert (desk.drafts, desk.saved[0]["act"]) == ([], "save")


def test_the_keys_for_saving_and_going_on_press_that_button(desk, at) -> None:
    at("day-1-temp")
    desk.page.keyboard.press("Control+Shift+Enter")
    desk.page.wait_for_url("**/save/")
    assert desk.saved[0]["act"] == "next"


def test_saving_waits_for_the_draft_and_keeps_the_button(desk) -> None:
    desk.open()
    desk.is_slow = True
    desk.type_into("onset", "+1")
    desk.page.locator("button[value=next]").click()
    desk.page.locator("button[value=save]").click()
    desk.page.keyboard.press("Control+S")
    desk.pass_time(500)
    assert (len(desk.drafts), desk.saved) == (1, [])
    desk.waiting.pop().fulfill(**desk.answer)
    desk.page.wait_for_url("**/save/")
    assert [(saved["onset"], saved["act"]) for saved in desk.saved] == [("+1", "next")]


@pytest.mark.parametrize("is_broken", [True, False], ids=["an error", "no answer"])
def test_saving_goes_on_where_only_the_draft_is_in_trouble(desk, complaints, is_broken) -> None:
    complaints.append("status of 500")
    desk.open()
    desk.is_slow = not is_broken
    desk.answer = {"status": 500, "body": "broken"}
    desk.type_into("onset", "+1")
    desk.page.keyboard.press("Control+S")
    if not is_broken:
        desk.pass_time(2900)
        assert desk.saved == []
        desk.page.clock.run_for(200)
    desk.page.wait_for_url("**/save/")
    assert desk.saved[0]["onset"] == "+1"


def test_saving_stays_on_the_page_where_nobody_is_signed_in(desk) -> None:
    desk.open()
    desk.answer = {"status": 302, "headers": {"Location": "/accounts/sign-in/"}}
    desk.type_into("onset", "+1")
    desk.page.keyboard.press("Control+S")
    desk.says(FAILED, "failed")
    desk.pass_time(500)
    assert desk.saved == []
    desk.answer = {"json": KEPT}
    desk.page.keyboard.press("Control+S")
    desk.page.wait_for_url("**/save/")
    assert desk.saved[0]["act"] == "save"


# --- Keys in a grid


def test_enter_goes_down_and_up_the_column_also_over_choices(desk, at) -> None:
    at("day-1-pressors")
    desk.page.keyboard.type("1")
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.type("2")
    desk.page.keyboard.press("Enter")
    assert desk.focused() == "day-3-pressors"
    assert desk.values("day-1-pressors", "day-2-pressors") == ["one", "several"]
    desk.page.keyboard.press("Shift+Enter")
    assert desk.focused() == "day-2-pressors"
    desk.control("day-10-temp").focus()
    desk.page.keyboard.press("Enter")
    assert desk.focused() == "day-10-temp"
    desk.control("day-10-delete").focus()
    desk.page.keyboard.press("Shift+Enter")
    assert desk.focused() == "day-9-delete"
    assert desk.saved == []


def test_arrows_change_the_row_in_text_and_the_answer_in_a_choice(desk, at) -> None:
    at("day-1-temp")
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("ArrowUp")
    assert desk.focused() == "day-2-temp"
    desk.control("day-2-oxygen").focus()
    desk.page.keyboard.press("ArrowDown")
    assert (desk.focused(), *desk.values("day-2-oxygen")) == ("day-2-oxygen", "0")
    desk.control("day-10-temp").focus()
    desk.page.keyboard.press("ArrowDown")
    assert desk.focused() == "day-10-temp"


def test_a_closed_cell_is_passed_over(desk, at) -> None:
    at("day-8-ferritin")
    desk.page.keyboard.press("Enter")
    assert desk.focused() == "day-10-ferritin"


def test_the_cell_with_the_keyboard_is_selected_and_its_day_marked(desk, at) -> None:
    at("day-1-temp")
    desk.page.keyboard.type("38,4")
    desk.page.keyboard.press("Enter")
    here = desk.page.locator("th.is-here")
    expect(here).to_have_text("+2")
    desk.page.keyboard.press("Shift+Enter")
    desk.page.keyboard.type("39")
    assert desk.values("day-1-temp") == ["39"]
    desk.control("onset").focus()
    expect(here).to_have_count(0)
    desk.control("day-1-temp").click()
    desk.page.keyboard.type("40")
    assert desk.values("day-1-temp") == ["40"]
    desk.control("day-1-temp").click()
    desk.page.keyboard.type("1")
    assert "40" in desk.values("day-1-temp")[0].replace("1", "")


@pytest.mark.parametrize("key", ["Control+D", "Control+J"])
def test_the_cell_above_is_copied_and_marked_until_it_is_touched(desk, at, key) -> None:
    at("day-1-temp")
    desk.page.keyboard.type("38,4")
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.press(key)
    assert desk.values("day-2-temp") == ["38,4"]
    expect(desk.box("day-2-temp")).to_have_class(re.compile("is-copied"))
    desk.pass_time(2000)
    assert desk.drafts[-1]["day-2-temp"] == "38,4"
    desk.page.keyboard.type("39")
    expect(desk.box("day-2-temp")).not_to_have_class(re.compile("is-copied"))


def test_nothing_is_copied_into_grades_and_notes_nor_from_an_empty_cell(desk, at) -> None:
    at("day-1-grade")
    desk.page.keyboard.type("2")
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.press("Control+D")
    assert desk.values("day-2-grade") == [""]
    desk.type_into("day-2-temp", "38")
    desk.page.keyboard.press("Control+D")
    assert desk.values("day-2-temp") == ["38"]


def test_the_row_above_is_copied_into_the_empty_cells(desk, at) -> None:
    at("day-1-temp")
    desk.copies("38,4\tone\t2\t6\t3\t2400\tnorepinephrine")
    desk.control("day-1-temp").focus()
    desk.page.keyboard.press("Control+V")
    desk.type_into("day-2-temp", "37")
    desk.page.keyboard.press("Control+Shift+D")
    row = [f"day-2-{name}" for name in ("temp", "pressors", "oxygen", "flow", "grade", "ferritin", "note")]
    assert desk.values(*row) == ["37", "one", "2", "6", "", "2400", ""]
    copied = desk.page.locator('[data-row="day-2"] .is-copied')
    expect(copied).to_have_count(4)
    desk.page.keyboard.press("Control+Z")
    assert desk.values(*row) == ["37", "", "", "", "", "", ""]
    expect(copied).to_have_count(0)


def test_a_row_that_answers_otherwise_is_not_given_what_it_does_not_ask(desk, at) -> None:
    at("day-1-oxygen")
    desk.page.keyboard.type("2")
    desk.type_into("day-1-flow", "6")
    desk.control("day-2-oxygen").select_option("0")
    desk.control("day-2-temp").focus()
    desk.page.keyboard.press("Control+Shift+D")
    assert desk.values("day-2-oxygen", "day-2-flow") == ["0", ""]


def test_a_day_without_findings_is_filled_in_at_one_press(desk, at) -> None:
    at("day-4-ferritin")
    desk.type_into("day-4-temp", "37,9")
    desk.control("day-4-ferritin").focus()
    desk.page.keyboard.press("Control+Enter")
    assert desk.focused() == "day-5-ferritin"
    row = [f"day-4-{name}" for name in ("temp", "pressors", "oxygen", "flow", "grade", "ferritin", "note")]
    assert desk.values(*row) == ["37,9", "none", "0", "", "", "", ""]
    expect(desk.page.locator('[data-row="day-4"] .is-copied')).to_have_count(2)
    desk.page.keyboard.press("Control+Z")
    assert desk.values(*row) == ["37,9", "", "", "", "", "", ""]


def test_a_row_to_be_deleted_is_struck_through(desk, at) -> None:
    at("day-3-delete")
    desk.page.keyboard.press("Space")
    expect(desk.page.locator("tr.is-deleted")).to_have_attribute("data-row", "day-3")
    desk.page.keyboard.press("Space")
    expect(desk.page.locator("tr.is-deleted")).to_have_count(0)


# --- Blocks from a spreadsheet


def test_a_block_is_spread_over_cells_and_choices(desk, at) -> None:
    at("day-2-temp")
    desk.copies(" 38,4 \t0\tnd\t\n39.1\t1 one agent\tHigh flow / mask\t4\nUNK\tseveral\t1\t2\n")
    desk.control("day-2-temp").focus()
    desk.page.keyboard.press("Control+V")
    columns = ("temp", "pressors", "oxygen", "flow")
    assert desk.values(*[f"day-2-{name}" for name in columns]) == ["38,4", "none", "?ND", ""]
    assert desk.values(*[f"day-3-{name}" for name in columns]) == ["39.1", "one", "2", "4"]
    assert desk.values(*[f"day-4-{name}" for name in columns]) == ["UNK", "several", "1", "2"]
    expect(desk.page.locator("[data-grid-says]")).to_have_text("11 of 11 values pasted")
    expect(desk.box("day-4-temp")).to_have_class(re.compile("is-missing"))
    expect(desk.box("day-4-flow")).not_to_have_class(re.compile("not-asked"))
    desk.pass_time(2000)
    assert desk.drafts[-1]["day-4-pressors"] == "several"


def test_a_block_steps_over_calculated_cells(desk, at) -> None:
    at("day-1-flow")
    desk.copies("4\t2\t2400")
    desk.control("day-1-flow").focus()
    desk.page.keyboard.press("Control+V")
    assert desk.values("day-1-flow", "day-1-grade", "day-1-ferritin") == ["4", "2", "2400"]
    expect(desk.page.locator('[data-row="day-1"] [data-computed]')).to_have_text("")


def test_what_does_not_fit_is_counted_and_what_is_no_choice_is_named(desk, at) -> None:
    at("day-8-oxygen")
    desk.copies("\n".join(["1", "tent", "2", "1", "1"]))
    desk.control("day-8-oxygen").focus()
    desk.page.keyboard.press("Control+V")
    assert desk.values("day-8-oxygen", "day-9-oxygen", "day-10-oxygen") == ["1", "", "2"]
    expect(desk.page.locator("[data-grid-says]")).to_have_text(
        "2 of 5 values pasted. 2 values did not fit: add days first. Not among the choices: “tent”"
    )
    assert desk.focused() == "day-8-oxygen"


def test_a_closed_cell_takes_nothing_and_moves_nothing_aside(desk, at) -> None:
    at("day-8-ferritin")
    desk.copies("1\ta\n2\tb\n3\tc")
    desk.control("day-8-ferritin").focus()
    desk.page.keyboard.press("Control+V")
    assert desk.values("day-8-ferritin", "day-9-ferritin", "day-10-ferritin") == ["1", "", "3"]
    assert desk.values("day-8-note", "day-9-note", "day-10-note") == ["a", "b", "c"]
    expect(desk.page.locator("[data-grid-says]")).to_contain_text("1 values did not fit")


def test_an_empty_cell_of_the_clipboard_takes_nothing_away(desk, at) -> None:
    at("day-1-temp")
    desk.page.keyboard.type("38")
    desk.copies("\tone\n39\t")
    desk.control("day-1-temp").focus()
    desk.page.keyboard.press("Control+V")
    assert desk.values("day-1-temp", "day-1-pressors", "day-2-temp") == ["38", "one", "39"]


def test_quoted_cells_of_a_spreadsheet_are_read_as_one(desk, at) -> None:
    at("day-1-ferritin")
    desk.copies('2400\t"first line\nsecond ""line"""\n6800\tplain "word"')
    desk.control("day-1-ferritin").focus()
    desk.page.keyboard.press("Control+V")
    assert desk.values("day-1-note", "day-2-note") == ['first line second "line"', 'plain "word"']
    assert desk.values("day-1-ferritin", "day-2-ferritin") == ["2400", "6800"]


def test_a_single_value_is_pasted_by_the_browser_into_text_and_by_us_into_a_choice(desk, at) -> None:
    at("day-1-temp")
    desk.copies("1")
    desk.control("day-1-temp").focus()
    desk.page.keyboard.press("Control+V")
    desk.control("day-1-pressors").focus()
    desk.page.keyboard.press("Control+V")
    assert desk.values("day-1-temp", "day-1-pressors") == ["1", "one"]


def test_a_paste_is_taken_back_once_and_not_after_typing(desk, at) -> None:
    at("day-1-temp")
    desk.page.keyboard.type("37")
    desk.copies("38\tone\n39\tseveral")
    desk.control("day-1-temp").focus()
    desk.page.keyboard.press("Control+V")
    desk.page.keyboard.press("Control+Z")
    names = ("day-1-temp", "day-1-pressors", "day-2-temp", "day-2-pressors")
    assert desk.values(*names) == ["37", "", "", ""]
    expect(desk.page.locator("[data-grid-says]")).to_be_hidden()
    desk.page.keyboard.press("Control+V")
    desk.type_into("day-3-temp", "40")
    desk.control("day-2-pressors").focus()
    desk.page.keyboard.press("Control+Z")
    assert desk.values(*names) == ["38", "one", "39", "several"]


# --- Keys of every page


def test_a_slash_leads_to_the_search_but_not_while_typing(desk) -> None:
    page = desk.open()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.matches('[data-slash]')")
    page.keyboard.type("/?")
    assert page.locator("[data-slash]").input_value() == "/?"
    expect(page.locator("dialog[data-shortcuts]")).to_be_hidden()


def test_a_question_mark_shows_the_list_which_is_accessible(desk) -> None:
    page = desk.open()
    page.keyboard.press("?")
    dialog = page.locator("dialog[data-shortcuts]")
    expect(dialog).to_be_visible()
    page.clock.resume()
    found = Axe().run(page, context="dialog", options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_single_keys_can_be_switched_off_and_the_list_still_be_opened(desk) -> None:
    page = desk.open()
    dialog, opener = page.locator("dialog[data-shortcuts]"), page.locator("[data-shortcuts-open]")
    opener.click()
    page.get_by_label("Use these two keys").uncheck()
    page.locator("[data-shortcuts-close]").click()
    page.locator("main").click(position={"x": 1, "y": 1})
    page.keyboard.press("?")
    page.keyboard.press("/")
    expect(dialog).to_be_hidden()
    assert page.evaluate("[document.activeElement.tagName, localStorage.getItem('quell-single-keys')]") == [
        "BODY",
        "off",
    ]
    page.reload()
    opener.click()
    expect(page.get_by_label("Use these two keys")).not_to_be_checked()
    page.get_by_label("Use these two keys").check()
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(dialog).to_be_visible()
    assert desk.drafts == []
