"""Upload of laboratory results against COPY + INSERT..SELECT and against django-import-export. All data are simulated.

Run by `make bench`; QUELL_BENCH_ROWS sets the size of the file (100,000 rows). Everything is rolled back.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import django

django.setup()

# ruff: noqa: E402 -- models can be imported only now
from django.db import connection, transaction
from import_export import fields, resources, widgets
from tablib import Dataset

from registry.intake.batch import BatchFile, Options, process
from registry.intake.findings import Findings
from registry.intake.reading import Reader
from registry.intake.rows import RowConverter
from registry.metadata import topic_named
from registry.models import InfusionCourse, LabResult, Patient, Product
from registry.services import records_write
from registry.services.staging import stage_columns
from sites.context import acting_as_system
from sites.models import Site, SiteStatus
from tests.performance.reporting import tell

ROWS = int(os.environ.get("QUELL_BENCH_ROWS", "100000"))
ROUNDS = 2
PER_COURSE = 100
SLOW_ROWS = 200
WRITE_BUDGET, SPEED_BUDGET, MEMORY_BUDGET_MIB = 2.0, 50.0, 32.0
LAB = topic_named("lab")
ANALYTES = ("FERRITIN", "CRP", "LDH", "PLT", "ANC", "HB", "AST", "ALT", "IL6", "ALBUMIN")
UNITS = ("ng/mL", "mg/L", "U/L", "10*9/L", "10*9/L", "g/dL", "U/L", "U/L", "pg/mL", "g/dL")
Work = Callable[[], None]


def main() -> None:
    """Alternate the ways, so that a slow moment of the machine meets all of them, and tell the medians."""
    with acting_as_system("benchmark", reason="simulated uploads"):
        site = _site_with_courses(-(-ROWS // PER_COURSE))
        content = lab_file(ROWS)
        memory_mib = grown(lambda: process_file(content, site))
        staged = list(staged_rows(content))
        ways: list[Work] = [
            lambda: floor(staged, site),
            lambda: written(staged, site),
            lambda: whole(content, site),
        ]
        rounds = [[undone(way) for way in ways] for _ in range(ROUNDS)]
        seconds = [statistics.median(times) for times in zip(*rounds, strict=True)]
        slow = undone(lambda: import_export(SLOW_ROWS))
        report(seconds, slow, memory_mib)
        transaction.set_rollback(True)


def report(seconds: list[float], slow: float, memory_mib: float) -> None:
    """Tell the ratios with the figures behind them."""
    floor_s, write_s, whole_s = seconds
    tell(
        "upload: write path / COPY + INSERT..SELECT",
        write_s / floor_s,
        WRITE_BUDGET,
        rows=ROWS,
        floor_seconds=round(floor_s, 2),
        seconds=round(write_s, 2),
    )
    ours, theirs = ROWS / whole_s, SLOW_ROWS / slow
    tell(
        "upload: check and commit, rows a second / django-import-export with validation",
        ours / theirs,
        SPEED_BUDGET,
        at_least=True,
        rows_per_second=round(ours),
        import_export_rows_per_second=round(theirs),
    )
    tell(
        "upload: growth of memory, share of budget",
        memory_mib / MEMORY_BUDGET_MIB,
        1.0,
        mib=round(memory_mib, 1),
    )


def undone(work: Work) -> float:
    """Seconds that a piece of work takes; what it wrote is rolled back."""
    gc.collect()
    with transaction.atomic():
        began = time.perf_counter()
        work()
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    return seconds


def floor(staged: list[tuple], site: Site) -> None:
    """The least that can be done: COPY into a temporary table, one INSERT..SELECT into the audited table."""
    columns = [column.name for column in stage_columns(LAB)]
    types = ", ".join(f"{column.name} {column.db_type}" for column in stage_columns(LAB))
    own = [
        "analyte",
        "sampled_on",
        "sampled_at",
        "value",
        "unit",
        "comparator",
        "lower_limit",
        "upper_limit",
        "timepoint",
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE floor_lab (row_no int, refused bool, missing jsonb, {types}) ON COMMIT DROP")
        with cursor.copy(f"COPY floor_lab (row_no, refused, missing, {', '.join(columns)}) FROM STDIN") as copy:
            for row in staged:
                copy.write_row(row)
        cursor.execute("ANALYZE floor_lab")
        cursor.execute(
            f"INSERT INTO registry_labresult (id, site_id, course_id, version, missing, {', '.join(own)})"
            f" SELECT gen_random_uuid(), %s, c.id, 1, '{{}}', {', '.join(f's.{name}' for name in own)}"
            " FROM floor_lab s JOIN registry_patient p ON p.study_id = s.study_id AND p.site_id = %s"
            " JOIN registry_infusioncourse c ON c.patient_id = p.id AND c.course_no = s.course_no",
            [site.pk, site.pk],
        )


def written(staged: list[tuple], site: Site) -> None:
    """Our write path: staged, laid over the record, judged, converted, written."""
    result = records_write(topic=LAB, rows=staged, columns=LAB.columns, site=site)
    assert (result.new, result.problem_count) == (len(staged), 0), result


def whole(content: bytes, site: Site) -> None:
    """A whole upload: read, check everything, roll back, and the same again to save it."""
    for _ in range(2):
        with transaction.atomic():
            process_file(content, site)
            transaction.set_rollback(True)


def process_file(content: bytes, site: Site) -> None:
    """Read and write one file as an upload does."""
    files = [BatchFile("lab.csv", "lab", lambda: content)]
    result = process(files, site=site, options=Options(), progress=lambda *_: None)["lab.csv"]
    assert not result.findings.count, result.findings.kept[:3]


def grown(work: Work) -> float:
    """MiB by which the process grows at most during a piece of work (Linux)."""
    gc.collect()
    before = _resident_kib("VmRSS")
    # Forget the peak of what went before.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    undone(work)
    return (_resident_kib("VmHWM") - before) / 1024


def _resident_kib(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


class LabResource(resources.ModelResource):
    """What a project would write with django-import-export as documented, with validation of each row."""

    course = fields.Field(
        attribute="course", column_name="course", widget=widgets.ForeignKeyWidget(InfusionCourse, "pk")
    )
    site = fields.Field(attribute="site", column_name="site", widget=widgets.ForeignKeyWidget(Site, "pk"))

    class Meta:
        model = LabResult
        clean_model_instances = True
        import_id_fields = ("course", "analyte", "sampled_on", "sampled_at")
        exclude = ("id", "missing", "version", "canonical_value")


def import_export(rows: int) -> None:
    """Dry run and import, as its own pages do."""
    course = InfusionCourse.objects.first()
    header = ["course", "site", "analyte", "sampled_on", "sampled_at", "value", "unit"]
    first = dt.date(2021, 1, 1)
    data = Dataset(headers=header)
    for number in range(rows):
        day = first + dt.timedelta(days=number // len(ANALYTES))
        which = number % len(ANALYTES)
        data.append([str(course.pk), str(course.site_id), ANALYTES[which], str(day), "08:00:00", "12.5", UNITS[which]])
    for dry_run in (True, False):
        result = LabResource().import_data(data, dry_run=dry_run, raise_errors=False)
        assert not result.has_errors(), [error.error for row in result.row_errors() for error in row[1]][:3]
        assert not result.has_validation_errors(), [row.error for row in result.invalid_rows][:3]


def lab_file(rows: int) -> bytes:
    """A file of simulated results: 100 for each infusion course, ten analytes, ten days."""
    # Written piece by piece: a list of all lines would hide the growth of memory that is to be measured.
    out = bytearray(",".join(LAB.columns).encode())
    place = {name: number for number, name in enumerate(LAB.columns)}
    for number in range(rows):
        course, result = divmod(number, PER_COURSE)
        day, which = divmod(result, len(ANALYTES))
        cells = [""] * len(place)
        values = {"study_id": f"B-{course}", "course_no": "1", "analyte": ANALYTES[which], "unit": UNITS[which]}
        values |= {"sampled_on": f"2021-06-{day + 1:02}", "sampled_at": "08:00", "value": f"{10 + number % 90 / 10}"}
        if which == 9:
            values["value"] = "4.1"
        for name, value in values.items():
            cells[place[name]] = value
        out += b"\n" + ",".join(cells).encode()
    return bytes(out)


def staged_rows(content: bytes) -> Iterator[tuple]:
    """The rows as the intake stages them."""
    yield from RowConverter(LAB, Reader(content, semicolon=False), Findings(), comma=False).staged()


def _site_with_courses(count: int) -> Site:
    site = Site.objects.create(
        code="BENCH", name="Benchmark (simulated)", country="ES", time_zone="Europe/Madrid", status=SiteStatus.ACTIVE
    )
    product, _ = Product.objects.get_or_create(code="AXI", defaults={"generic_name": "axi"})
    patients = Patient.objects.bulk_create(Patient(site=site, study_id=f"B-{number}") for number in range(count))
    InfusionCourse.objects.bulk_create(
        InfusionCourse(site=site, patient=patient, course_no=1, product=product, infused_on=dt.date(2021, 6, 10))
        for patient in patients
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE quell_owner; ANALYZE registry_patient, registry_infusioncourse; RESET ROLE")
    return site


if __name__ == "__main__":
    main()
