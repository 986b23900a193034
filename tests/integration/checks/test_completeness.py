"""Every edit check of the clinical reference is declared, held by the database, or said not to be in the record."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from registry.checks.catalogue import load
from registry.checks.constraints import DATE_VALIDATOR, HELD_BY_CONSTRAINTS, NOT_IN_THE_RECORD
from registry.checks.declared import Severity, check_named, edit_checks
from registry.checks.document import constraint_named, edit_checks_markdown
from registry.checks.ranges import OUTSIDE
from registry.metadata import DateVariable, topics
from registry.metadata.fields import validate_not_future

# The list of section 7 of the clinical reference, typed here once more.
REFERENCE = """
    DT01_DOB_FUT DT02_DX_DOB DT03_APH_LD DT04_APH_GAP DT05_LD_ORDER DT06_LD_INF DT07_LD_GAP DT08_INF_FUT DT09_INF_APPR
    DT10_STUDY_WIN DT11_CRS_PRE DT12_CRS_LATE DT13_ICANS_PRE DT14_ICANS_LATE DT15_RES_ORDER DT16_EP_DUR DT17_EP_OVERLAP
    DT18_PEAK_IN DT19_ANA_PRE DT20_ANA_EP DT21_ANA_ORDER DT22_ANA_LATE DT23_AFTER_DEATH DT24_DEATH_LC DT25_LC_EVENTS
    DT26_FU_SHORT DT27_HOSP DT28_PREC
    WT01 WT02 WT03_BMI
    DO01_FREQ_SUM DO02_MGKG DO03_MAX_H DO04_MAX_S DO05_MIN DO06_VIAL DO07_SC_HIGH DO08_CLASS DO09_SEG_GAP DO10_SEG_BOUND
    DO11_RENAL DO12_INDIC DO13_DUR
    TO01_DOSE TO02_COUNT
    ST01_EQ ST02_REFR ST03_REFR_CRS ST04_HIGH
    GR01_CRS_COMP GR02_ICANS_COMP GR03_ICE_SUM GR04_ICE0 GR05_VASO GR06_FEVER GR07_O2 GR08_CAPD GR09_G5 GR10_START_GE2
    GR11_MAX GR12_ICH GR13_RES_STATE GR14_DEAD_UNRES
    PR01_PROD_DIS PR02_TARGET PR03_AGE PR04_COST PR05_DOSE PR06_INFN
    LB01_RANGE LB02_UNIT LB03_FACTOR LB04_PRELD LB05_CRP_UNIT LB06_ANC_WBC LB07_FERR_PEAK LB08_PLT_TX
    KP01 KP02 KP03
    OU01_TRM_REL OU02_CAUSE OU03_REL_RESP OU04_RESP_DT OU05_RESP_SYS OU06_BEST OU07_CR_PROG OU08_INF_DEATH
    CO01_MVA CO02_EVT CO03_MISSCODE CO04_WEIGHT CO05_DAILY
    ID01_DUP ID02_PII ID03_SITE ID04_CRID
""".split()  # noqa: SIM905 (read as the list is printed)
# Those that ask for what whoever enters a case enters later, typed here once more.
WAITING = {
    *("CO01_MVA", "CO02_EVT", "CO03_MISSCODE", "CO04_WEIGHT", "CO05_DAILY", "DO12_INDIC", "GR06_FEVER"),
    *("GR13_RES_STATE", "LB08_PLT_TX", "OU02_CAUSE", "OU03_REL_RESP", "OU08_INF_DEATH", "ST02_REFR", "ST03_REFR_CRS"),
}
LOCKING = ("CO01_MVA_LOCK", "OU02_CAUSE_LOCK")
WORDS_NOT_OURS = re.compile(r"\b(invalid|please|oops|subject)\b|!", re.IGNORECASE)
SPECS = Path(__file__).parent

load()
DECLARED = [check for check in edit_checks() if check.message != OUTSIDE]


def of_reference(code: str) -> list[str]:
    """The entries of the reference that a code belongs to: a code may add a form or a severity to one."""
    return [entry for entry in REFERENCE if code == entry or code.startswith(f"{entry}_")]


def test_the_reference_has_98_checks():
    assert len(REFERENCE) == len(set(REFERENCE)) == 98


@pytest.mark.parametrize("entry", REFERENCE)
def test_every_check_of_the_reference_is_in_exactly_one_place(entry):
    places = {
        "declared": [check.code for check in DECLARED if entry in of_reference(check.code)],
        "held": [code for code in HELD_BY_CONSTRAINTS if entry in of_reference(code)],
        "not in the record": [code for code in NOT_IN_THE_RECORD if entry in of_reference(code)],
    }
    assert len([place for place, codes in places.items() if codes]) == 1, places


def test_every_code_belongs_to_one_entry_of_the_reference():
    codes = [*(check.code for check in DECLARED), *HELD_BY_CONSTRAINTS, *NOT_IN_THE_RECORD]
    assert [code for code in codes if len(of_reference(code)) != 1] == []
    assert [code for code, times in Counter(codes).items() if times > 1] == []


def test_every_plausible_range_is_a_check():
    fields = [field for topic in topics() for field in topic.entered_fields if field.variable]
    ranges = [field for field in fields if field.variable.plausible]
    assert len(edit_checks()) - len(DECLARED) == len(ranges) > 0


def test_what_the_database_refuses_is_a_constraint_or_the_validator_of_every_date():
    dates = [field for topic in topics() for field in topic.entered_fields if isinstance(field, DateVariable)]
    assert all(validate_not_future in field.validators for field in dates)
    assert validate_not_future.__name__ == DATE_VALIDATOR
    for held_by in set(HELD_BY_CONSTRAINTS.values()) - {DATE_VALIDATOR}:
        for name in held_by.split(", "):
            assert constraint_named(name)[1].violation_error_message, name


@pytest.mark.parametrize("check", edit_checks(), ids=lambda check: check.code)
def test_every_message_is_a_sentence_that_says_what_to_do(check):
    words = check.words()
    assert re.fullmatch(r"[A-Z].*[.?]", words), words
    assert not WORDS_NOT_OURS.search(words)
    assert "%(" not in words


@pytest.mark.parametrize("check", DECLARED, ids=lambda check: check.code)
def test_every_check_has_a_spec_that_names_it(check):
    """A spec that is told once for several forms writes the end of the code as a placeholder."""
    written = "\n".join(path.read_text("utf-8") for path in SPECS.glob("test_*.py") if path != Path(__file__))
    entry, *_others = of_reference(check.code)
    end = check.code.removeprefix(entry)
    assert f'"{check.code}"' in written or (end and f'f"{entry}_{{' in written), check.code


@pytest.mark.parametrize("code", ["CO01_MVA", "OU02_CAUSE"])
def test_what_is_missing_is_asked_about_and_blocks_only_at_the_lock(code):
    asking, locking = check_named(code), check_named(f"{code}_LOCK")
    assert (asking.severity, locking.severity) == (Severity.SOFT, Severity.LOCKING)
    assert (asking.violations, asking.fields) == (locking.violations, locking.fields)
    assert [check.code for check in edit_checks() if check.severity is Severity.LOCKING] == sorted(LOCKING)


def test_what_is_still_to_come_waits():
    assert {entry for check in DECLARED if check.waits for entry in of_reference(check.code)} == WAITING
    assert not [check.code for check in edit_checks() if check.waits and check.severity is Severity.LOCKING]


def test_the_list_of_checks_is_written_and_a_stale_one_is_told(tmp_path):
    with pytest.raises(CommandError, match="Stale"):
        call_command("edit_checks", "--check", "--out", tmp_path)
    call_command("edit_checks", "--out", tmp_path)
    call_command("edit_checks", "--check", "--out", tmp_path)
    text = (tmp_path / "edit-checks.md").read_text("utf-8")
    assert text == edit_checks_markdown()
    listed = [*(check.code for check in edit_checks()), *HELD_BY_CONSTRAINTS, *NOT_IN_THE_RECORD]
    assert [code for code in listed if f"| `{code}` |" not in text] == []


def test_the_list_is_in_english_whatever_the_language():
    english = edit_checks_markdown()
    with translation.override("es"):
        assert edit_checks_markdown() == english
