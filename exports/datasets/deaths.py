"""Death and last contact: the day, the cause, the class to analyse and whose it is, and both ways to count mortality.

Class of a death (variant A): adjudicators who agree before the site before the algorithm (`registry.rules.outcome`).
Non-relapse death (variant B): relapse first.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.columns import (
    DAYS,
    code,
    coded,
    flag,
    integer,
    provisional,
    source_key,
    with_its_reason,
    with_reason,
)
from exports.datasets.declared import USUBJID, Tables
from exports.datasets.progressions import first_progression
from exports.sheets import SUBJECT, Column
from registry.rules.outcome import ADJUDICATORS_PER_DEATH, DeathCause, TrmClass, VitalStatus

# Whose judgement a class is, best first, and the column of `death` that holds it.
ADJ, SITE, ALGO = "ADJ", "SITE", "ALGO"
CLASS_SOURCES: Final = ((ADJ, "adjudicators who agree"), (SITE, "site"), (ALGO, "algorithm"))
CLASS_COLUMNS: Final = {ADJ: "adjudicated", SITE: "trm_class_site", ALGO: "trm_class_algorithm"}
_CLASS: Final = ("death_review.trm_class", "death.trm_class_site", "death.trm_class_algorithm")

COLUMNS: Final[tuple[Column, ...]] = (
    flag(
        "DTHFL",
        "Died",
        "1 where a death is recorded or the status at last contact is dead.",
        "death.subject_key",
        "follow_up.vital_status",
    ),
    integer("DTHDY", "Day of death", "As recorded, where known to the day.", "death.died_day", unit=DAYS),
    *with_reason(code("DTHCAUS", "Primary cause of death", "As recorded.", "death.cause", choices=coded(DeathCause))),
    code(
        "DTHCLASS",
        "Class of death",
        "The class on which two adjudicators agree (a third may settle it), else the site's, else the algorithm's.",
        *_CLASS,
        choices=coded(TrmClass),
        note=provisional("outcome.trm_class"),
    ),
    code("DTHCLSRC", "Whose class of death it is", "Where DTHCLASS comes from.", *_CLASS, choices=CLASS_SOURCES),
    flag("DTHCONF", "Algorithm in conflict on the class", "As computed.", "death.has_class_conflict"),
    *with_reason(flag("DTHANA", "Death related to anakinra", "As recorded.", "death.is_anakinra_related")),
    flag(
        "TRMFL",
        "Treatment-related death (variant A)",
        "1 where DTHCLASS is TRM, 0 for other deaths and for the living; empty where the class is unknown.",
        *_CLASS,
        note=provisional("outcome.trm_class"),
    ),
    flag(
        "NRMFL",
        "Non-relapse death (variant B)",
        "1 for a death without relapse or progression up to its day and not of the malignancy by its cause, 0 for "
        "other deaths and for the living; a relapse without a day that may be the first counts as before.",
        "death.cause",
        "death.died_day",
        "relapse.relapsed_day",
        "response.response",
        "response.assessed_day",
    ),
    integer(
        "LSTCONDY",
        "Day of last contact",
        "As recorded, where known to the day.",
        "follow_up.last_contact_day",
        unit=DAYS,
    ),
    *with_reason(
        code(
            "VITSTAT",
            "Status at last contact",
            "As recorded.",
            "follow_up.vital_status",
            choices=coded(VitalStatus),
        )
    ),
    integer(
        "FUPDAYS",
        "Days from infusion to end of follow-up",
        "DTHDY of the dead, LSTCONDY of the others.",
        "death.died_day",
        "follow_up.last_contact_day",
        unit=DAYS,
    ),
)


def deaths(tables: Tables) -> pl.DataFrame:
    """Return one row per subject with the columns of COLUMNS."""
    joined = _joined(tables)
    is_dead = pl.col("_died").is_not_null() | (pl.col("vital_status") == VitalStatus.DEAD.value).fill_null(value=False)
    verdict, whose = death_class()
    end = pl.when(is_dead).then("died_day").otherwise("last_contact_day")
    return joined.select(
        pl.col(SUBJECT).alias(USUBJID),
        is_dead.alias("DTHFL"),
        pl.col("died_day").alias("DTHDY"),
        *with_its_reason("cause", "DTHCAUS"),
        verdict.alias("DTHCLASS"),
        whose.alias("DTHCLSRC"),
        pl.col("has_class_conflict").alias("DTHCONF"),
        *with_its_reason("is_anakinra_related", "DTHANA"),
        pl.when(is_dead).then(_is_trm(verdict)).otherwise(pl.lit(value=False)).alias("TRMFL"),
        pl.when(is_dead).then(_is_nonrelapse()).otherwise(pl.lit(value=False)).alias("NRMFL"),
        pl.col("last_contact_day").alias("LSTCONDY"),
        *with_its_reason("vital_status", "VITSTAT"),
        end.alias("FUPDAYS"),
    )


def _joined(tables: Tables) -> pl.DataFrame:
    died = tables["death"].with_columns(pl.lit(value=True).alias("_died"))
    return (
        tables["patient"]
        .select(SUBJECT)
        .join(died, on=SUBJECT, how="left", validate="1:1")
        .join(adjudicated(tables), on=SUBJECT, how="left", validate="1:1")
        .join(tables["follow_up"], on=SUBJECT, how="left", validate="1:1")
        .join(_progressed(tables), on=SUBJECT, how="left", validate="1:1")
    )


def adjudicated(tables: Tables) -> pl.DataFrame:
    """Return subject -> the class that enough adjudicators share; nobody while they do not agree."""
    shared = (
        tables["death_review"]
        .drop_nulls("trm_class")
        .group_by(SUBJECT, "trm_class")
        .agg(pl.len().alias("_agree"), pl.col("review_no").min().alias("_first"))
    )
    agreed = shared.filter(pl.col("_agree") >= ADJUDICATORS_PER_DEATH).sort(SUBJECT, "_first")
    return agreed.unique(SUBJECT, keep="first", maintain_order=True).select(
        SUBJECT, pl.col("trm_class").alias("adjudicated")
    )


def death_class() -> tuple[pl.Expr, pl.Expr]:
    """Return the class to analyse and whose it is, from the columns of CLASS_COLUMNS."""
    whose: pl.Expr = pl.lit(None, pl.String)
    for source, name in reversed(CLASS_COLUMNS.items()):
        whose = pl.when(pl.col(name).is_not_null()).then(pl.lit(source)).otherwise(whose)
    return pl.coalesce(*CLASS_COLUMNS.values()), whose


def _is_trm(verdict: pl.Expr) -> pl.Expr:
    return pl.when(verdict != TrmClass.UNKNOWN.value).then(verdict == TrmClass.TRM.value)


def _progressed(tables: Tables) -> pl.DataFrame:
    """Return subject -> whether a relapse or progression came by the death: one without a day that may be first did."""
    died = tables["death"].select(SUBJECT, "died_day")
    is_before = (pl.col("prog_day") <= pl.col("died_day")).fill_null(value=True)
    joined = first_progression(tables).join(died, on=SUBJECT, how="left", validate="1:1")
    return joined.select(SUBJECT, (pl.col("prog_hidden") | is_before).alias("progressed"))


def _is_nonrelapse() -> pl.Expr:
    of_malignancy = (pl.col("cause") == DeathCause.MALIGNANCY.value).fill_null(value=False)
    return ~(pl.col("progressed").fill_null(value=False) | of_malignancy)


def deciding_rows(tables: Tables) -> pl.DataFrame:
    """Return the rows that decide DTHCLASS: the reviews that agree, else the death. SUBJECT, table, key."""
    agreed = adjudicated(tables)
    reviews = tables["death_review"].join(
        agreed, left_on=[SUBJECT, "trm_class"], right_on=[SUBJECT, "adjudicated"], how="semi"
    )
    others = tables["death"].join(agreed, on=SUBJECT, how="anti").filter(death_class_of_row().is_not_null())
    return pl.concat(
        [
            reviews.select(SUBJECT, pl.lit("death_review").alias("table"), source_key("review_no").alias("key")),
            others.select(SUBJECT, pl.lit("death").alias("table"), pl.lit(None, pl.String).alias("key")),
        ]
    )


def death_class_of_row() -> pl.Expr:
    """Return the class of a row of `death` without its reviews."""
    return pl.coalesce(CLASS_COLUMNS[SITE], CLASS_COLUMNS[ALGO])
