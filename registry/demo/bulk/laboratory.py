"""Statement for the laboratory results: seven before lymphodepletion, three at the start of anakinra."""

from __future__ import annotations

from registry.demo.bulk.inserting import Insert
from registry.demo.bulk.numbers import Numbers
from registry.rules.labs import Analyte, unit_factor

# Analyte, unit, typical value in that unit, its spread on the log scale, lowest and highest written, decimals.
BEFORE = (
    ("FERRITIN", "ng/mL", "p.ferritin", 0.0, 0),
    ("CRP", "mg/dL", "1.6", 0.9, 2),
    ("LDH", "U/L", "280", 0.4, 0),
    ("PLT", "10*9/L", "130", 0.5, 0),
    ("ANC", "10*9/L", "2.2", 0.6, 2),
    ("HB", "g/L", "98", 0.14, 0),
    ("CREATININE", "umol/L", "78", 0.25, 0),
)
AT_START = (
    ("FERRITIN", "ug/L", "p.ferritin * 4", 0.3, 0),
    ("CRP", "mg/L", "70", 0.6, 1),
    ("PLT", "10*3/uL", "48", 0.5, 0),
)
ROWS_PER_CASE = len(BEFORE) + len(AT_START)
UNIT_SLIP = 0.005


def lab_insert(numbers: Numbers) -> Insert:
    """Return the statement for all results of the planned cases; the canonical value is filled by the same factors."""
    row = "p.n * 100 + a.no"
    # A slip: the result in the next unit up, typed under the unit of the form.
    slip = f"CASE WHEN a.analyte = 'CRP' AND {numbers.happens(200, UNIT_SLIP, row)} THEN 10 ELSE 1 END"
    value = f"round((a.usual * exp(a.spread * {numbers.bell(201, row)}) * {slip})::numeric, a.decimals)"
    listed = ", ".join(_listed(no, *entry) for no, entry in enumerate((*BEFORE, *AT_START)))
    source = (
        f"generated_plan p CROSS JOIN LATERAL (VALUES {listed})"
        " AS a(no, analyte, unit, usual, spread, decimals, factor, timepoint, day)"
        f" CROSS JOIN LATERAL (SELECT {value} AS value, {numbers.happens(202, 0.04, row)} AS is_absent) v"
    )
    return Insert(
        "lab",
        numbers.key("lab", row),
        "p.course_id",
        {
            "analyte": "a.analyte",
            "sampled_on": "p.infused_on + a.day",
            "sampled_at": f"time '06:00' + {numbers.whole(203, 0, 180, row)} * interval '1 minute'",
            "value": "v.value",
            "unit": "a.unit",
            "comparator": f"CASE WHEN {numbers.happens(204, 0.002, row)} THEN '>' END",
            "timepoint": "a.timepoint",
            "canonical_value": "CASE WHEN NOT v.is_absent THEN v.value * a.factor END",
        },
        source,
        {"value": ("v.is_absent", "ND")},
    )


def _listed(no: int, analyte: str, unit: str, usual: str, spread: float, decimals: int) -> str:
    factor = unit_factor(Analyte[analyte], unit)
    timepoint, day = ("PRE_LD", "-7") if no < len(BEFORE) else ("ANAKINRA_START", "p.entry")
    cells = (
        f"'{analyte}'",
        f"'{unit}'",
        f"({usual})::float8",
        f"{spread}::float8",
        str(decimals),
        f"{factor}::numeric",
    )
    return f"({no}, {', '.join(cells)}, '{timepoint}', {day})"
