"""Small files of synthetic cases, as a site would upload them."""

from __future__ import annotations

import csv
import io
from typing import Any

from registry.metadata import topic_named
from registry.models import Product
from sites.context import acting_as_system

REQUIRED = {
    "patient": {"study_id": "A-1"},
    "infusion_course": {"study_id": "A-1", "course_no": "1", "product": "AXI", "infused_on": "2021-06-10"},
    "lab": {"study_id": "A-1", "course_no": "1", "analyte": "FERRITIN", "sampled_on": "2021-06-01"},
    "crs_episode": {"study_id": "A-1", "course_no": "1", "crs_no": "1"},
    "icans_episode": {"study_id": "A-1", "course_no": "1", "icans_no": "1"},
    "anakinra_course": {"study_id": "A-1", "course_no": "1", "anakinra_no": "1"},
}


def csv_file(topic: str, *rows: dict[str, Any], separator: str = ",", **everywhere: Any) -> bytes:
    """Return a file of a topic with the template's header; what a row does not name is its usual key, or empty."""
    columns = topic_named(topic).columns
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow(columns)
    for row in rows or ({},):
        values = {**REQUIRED.get(topic, {"study_id": "A-1", "course_no": "1"}), **everywhere, **row}
        writer.writerow([values.get(name, "") for name in columns])
    return out.getvalue().encode()


def one_case(study_id: str = "A-1", **patient: Any) -> dict[str, bytes]:
    """Return the files of one patient with one infusion."""
    return {
        "patient.csv": csv_file("patient", {"study_id": study_id, "sex": "FEMALE", "age_at_infusion": "61", **patient}),
        "infusion_course.csv": csv_file("infusion_course", {"study_id": study_id, "weight_kg": "70.0"}),
    }


def create_products() -> None:
    """Put two products on the reference list."""
    with acting_as_system("tests", reason="reference list"):
        Product.objects.bulk_create(Product(code=code, generic_name=code.lower()) for code in ("AXI", "TISA"))
