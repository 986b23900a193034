"""The endpoints: what is an event, what competes, what censors, and who cannot be analysed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from exports.datasets.adtte_rows import ANAKINRA, CENSORED, COMPETING, EVENT, INFUSION, Ending, Parameter
from exports.datasets.resolution import Goal
from registry.rules.endpoints import ENTRY_GRADE, GRADE_1_HOLD_DAYS, INFECTION_DAYS, STEROID_OFF_DAYS
from registry.rules.outcome import TrmClass

# Resolution endpoints: code -> label, goal.
GOALS: Final[Mapping[str, tuple[str, Goal]]] = {
    "RES": ("Time to resolution of CRS and ICANS", Goal()),
    "RES_CRS": ("Time to resolution of CRS", Goal(toxicities=("CRS",))),
    "RES_ICANS": ("Time to resolution of ICANS", Goal(toxicities=("ICANS",))),
    "RES_G1": ("Time to grade 1 or less", Goal(limit=1, hold_days=GRADE_1_HOLD_DAYS, from_grade=ENTRY_GRADE)),
}
READ_DAYS: Final = (28, 60)
_NONE: Final = pl.lit(None, pl.String)
_OPEN: Final = (pl.col("DTHFL") == 0) & pl.col("contact_day").is_null()
_UNDATED: Final = (pl.col("DTHFL") == 1) & pl.col("died_day").is_null()
_NO_START: Final = {"NO_ANAKINRA": ~pl.col("has_anakinra"), "START_NO_DAY": pl.col("start").is_null()}


def _words(code: str) -> pl.Expr:
    return pl.lit(code)


def _death(status: int, words: str, when: pl.Expr | None = None, latest: pl.Expr | None = None) -> Ending:
    day = pl.col("died_day") if when is None else pl.when(when).then("died_day")
    if latest is not None:
        day = pl.when(pl.col("died_day") <= latest).then(day)
    return Ending(status, day, _words(words), _words("death"), _NONE)


def _progression(status: int) -> Ending:
    return Ending(status, pl.col("prog_day"), pl.col("prog_kind"), pl.col("prog_table"), pl.col("prog_key"))


LAST_CONTACT: Final = Ending(CENSORED, pl.col("contact_day"), _words("LAST_CONTACT"), _words("follow_up"), _NONE)
LAST_RESPONSE: Final = Ending(
    CENSORED,
    pl.col("assessed_day").fill_null(0),
    pl.when(pl.col("assessed_day").is_null()).then(pl.lit("NO_ASSESSMENT")).otherwise(pl.lit("LAST_ASSESSMENT")),
    pl.when(pl.col("assessed_day").is_null()).then(pl.lit("infusion_course")).otherwise(pl.lit("response")),
    pl.coalesce("assessed_key", pl.lit("course_no=1")),
)
_IS_TRM: Final = pl.col("DTHCLASS") == TrmClass.TRM.value
_IS_OTHER: Final = pl.col("DTHCLASS") != TrmClass.TRM.value
_OTHER_WORDS: Final = (
    pl.when(pl.col("DTHCLASS") == TrmClass.MALIGNANCY.value)
    .then(pl.lit("DEATH_MALIGNANCY"))
    .otherwise(pl.lit("DEATH_OTHER"))
)
_NO_CLASS: Final = (pl.col("DTHFL") == 1) & (
    pl.col("DTHCLASS").is_null() | (pl.col("DTHCLASS") == TrmClass.UNKNOWN.value)
)
_ALIVE_TIME: Final = {"DEATH_NO_DAY": _UNDATED, "CONTACT_NO_DAY": _OPEN}
_HIDDEN: Final = {"PROG_NO_DAY": pl.col("prog_hidden")}
_IS_NRM: Final = pl.col("NRMFL") == 1


def parameters() -> Iterator[Parameter]:
    """Yield every endpoint in the order of the protocol."""
    for code, (label, goal) in GOALS.items():
        yield _resolved(code, label, goal)
    for day in READ_DAYS:
        yield _trm(f"TRM{day}", f"Time to treatment-related death, read at day {day}", INFUSION, day)
    yield _trm("TRMA", "Time from anakinra to treatment-related death", ANAKINRA, READ_DAYS[0])
    yield _nrm("NRM", "Time to non-relapse death", INFUSION)
    yield _nrm("NRMA", "Time from anakinra to non-relapse death", ANAKINRA)
    yield Parameter("OS", "Overall survival", INFUSION, (_death(EVENT, "DEATH"),), LAST_CONTACT, _ALIVE_TIME)
    yield _progression_free()
    yield _relapse()
    yield _infection()
    yield _steroids()


def _resolved(code: str, label: str, goal: Goal) -> Parameter:
    """Death counts as long as the toxicities are not known to have resolved."""
    own = f"{code}."
    day = pl.col(f"{own}res_day")
    resolved = Ending(EVENT, day, _words("RESOLVED"), pl.col(f"{own}res_table"), pl.col(f"{own}res_key"))
    last = Ending(
        CENSORED,
        pl.col(f"{own}last_day"),
        _words("LAST_GRADE"),
        pl.col(f"{own}last_table"),
        pl.col(f"{own}last_key"),
    )
    left_out = {
        **_NO_START,
        "GRADE_UNKNOWN": pl.col(f"{own}res_reason") == "GRADE_UNKNOWN",
        "NOT_ACTIVE": pl.col(f"{own}res_reason") == "NOT_ACTIVE",
        "DEATH_NO_DAY": _UNDATED & day.is_null(),
    }
    death = _death(COMPETING, "DEATH", when=day.is_null())
    return Parameter(code, label, ANAKINRA, (resolved, death), last, left_out)


def _trm(code: str, label: str, origin: str, read_day: int) -> Parameter:
    """Variant A: the class of the death decides."""
    others = Ending(COMPETING, pl.when(_IS_OTHER).then("died_day"), _OTHER_WORDS, _words("death"), _NONE)
    left_out = {**_starts(origin), **_ALIVE_TIME, "CLASS_UNKNOWN": _NO_CLASS}
    return Parameter(code, label, origin, (_death(EVENT, "TRM", _IS_TRM), others), LAST_CONTACT, left_out, read_day)


def _nrm(code: str, label: str, origin: str) -> Parameter:
    """Variant B: the first of relapse or progression and death decides; on one day, relapse."""
    events = (
        _progression(COMPETING),
        _death(EVENT, "NRM", _IS_NRM),
        _death(COMPETING, "DEATH_MALIGNANCY", ~_IS_NRM),
    )
    return Parameter(code, label, origin, events, LAST_CONTACT, {**_starts(origin), **_HIDDEN, **_first_of()})


def _progression_free() -> Parameter:
    events = (_progression(EVENT), _death(EVENT, "DEATH"))
    return Parameter("PFS", "Progression-free survival", INFUSION, events, LAST_RESPONSE, {**_HIDDEN, **_dated_death()})


def _relapse() -> Parameter:
    """The other part of PFS beside NRM: a death of the malignancy without a relapse before it is one on that day."""
    events = (
        _progression(EVENT),
        _death(COMPETING, "NRM", _IS_NRM),
        _death(EVENT, "DEATH_MALIGNANCY", ~_IS_NRM),
    )
    left_out = {**_HIDDEN, **_dated_death()}
    return Parameter("REL", "Time to relapse or progression", INFUSION, events, LAST_RESPONSE, left_out)


def _infection() -> Parameter:
    """Counted to day 60 from the start of anakinra; what comes later does not end the time."""
    latest = pl.col("start") + INFECTION_DAYS
    counted = pl.when(pl.col("inf_day") <= latest).then("inf_day")
    infection = Ending(EVENT, counted, _words("INFECTION"), _words("infection"), pl.col("inf_key"))
    is_late = pl.max_horizontal("contact_day", "died_day") > latest
    end = Ending(
        CENSORED,
        pl.when((pl.col("died_day") > latest).fill_null(value=False))
        .then(latest)
        .otherwise(pl.min_horizontal("contact_day", pl.when(pl.col("contact_day").is_not_null()).then(latest))),
        pl.when(is_late).then(pl.lit("DAY_60")).otherwise(pl.lit("LAST_CONTACT")),
        pl.when(is_late).then(pl.lit("anakinra_course")).otherwise(pl.lit("follow_up")),
        pl.when(is_late).then("start_key"),
    )
    left_out = {
        **_NO_START,
        "INFECTION_NO_DAY": pl.col("inf_hidden"),
        "DEATH_NO_DAY": _UNDATED & counted.is_null(),
        "CONTACT_NO_DAY": _OPEN & counted.is_null(),
    }
    events = (infection, _death(COMPETING, "DEATH", latest=latest))
    return Parameter("INFX", "Time to severe infection", ANAKINRA, events, end, left_out)


def _steroids() -> Parameter:
    """Three whole days without corticosteroids must have been seen; whoever dies in them has not come off."""
    held = pl.col("off_day") + STEROID_OFF_DAYS - 1
    end = pl.when(pl.col("DTHFL") == 1).then(pl.col("died_day") - 1).otherwise("contact_day")
    off = pl.when(held <= end).then("off_day")
    event = Ending(EVENT, off, _words("STEROID_OFF"), _words("toxicity_therapy"), pl.col("off_key"))
    left_out = {
        **_NO_START,
        "NO_STEROID": ~pl.col("on_steroid"),
        **_ALIVE_TIME,
        "STEROID_NO_END": pl.col("off_day").is_null(),
    }
    events = (event, _death(COMPETING, "DEATH"))
    return Parameter("STEROFF", "Time to end of corticosteroids", ANAKINRA, events, LAST_CONTACT, left_out)


def _starts(origin: str) -> dict[str, pl.Expr]:
    return dict(_NO_START) if origin == ANAKINRA else {}


def _first_of() -> dict[str, pl.Expr]:
    """Leave out who has no dated progression and an end that is not dated either."""
    return {name: applies & pl.col("prog_day").is_null() for name, applies in _ALIVE_TIME.items()}


def _dated_death() -> dict[str, pl.Expr]:
    return {"DEATH_NO_DAY": _UNDATED & pl.col("prog_day").is_null()}
