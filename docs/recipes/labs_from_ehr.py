"""Hand laboratory results from an extract of the hospital's records in: new ones are entered, known ones corrected.

Run: python labs_from_ehr.py extract.csv ["why completed forms change"]
Columns: study_id, course_no, sampled_on, analyte, value, unit; sampled_at, comparator and the limits if you have them.
"""

import csv
import sys

from quell import ask

NUMBERS = {"course_no": int, "value": float, "lower_limit": float, "upper_limit": float}
AT_ONCE = 500
SAID = {201: "entered", 200: "up to date"}


def as_sent(line):
    """Return a line of the extract as the registry takes it: numbers as numbers, <0.5 as comparator and value."""
    row = {name: text.strip() for name, text in line.items() if name and text and text.strip()}
    if row.get("value", "")[:1] in ("<", ">"):
        row["comparator"], row["value"] = row["value"][0], row["value"][1:].strip()
    return {name: number_or_text(name, text) for name, text in row.items()}


def number_or_text(name, text):
    try:
        return NUMBERS.get(name, str)(text)
    except ValueError:
        return text  # The registry says what is wrong with it.


def refusal(problem):
    errors = [f"{error['field']}: {error['message']} {error['remedy']}" for error in problem.get("errors", ())]
    return "; ".join(errors) or problem.get("detail", "")


def main(path, reason):
    with open(path, encoding="utf-8-sig", newline="") as extract:
        lines = list(csv.DictReader(extract))
    refused = []
    for start in range(0, len(lines), AT_ONCE):
        batch = lines[start : start + AT_ONCE]
        body = {"rows": [as_sent(line) for line in batch], "on_existing": "update", "reason": reason}
        for line, result in zip(batch, ask("POST", "/api/records/lab/bulk/", json=body)["results"], strict=True):
            why = refusal(result.get("problem", {}))
            print(f"line {start + result['index'] + 2}: {SAID.get(result['status'], why)}")
            refused += [{**line, "reason": why}] if why else []
    print(f"{len(lines) - len(refused)} taken, {len(refused)} refused")
    if refused:
        with open(f"{path}.refused.csv", "w", encoding="utf-8", newline="") as beside:
            writer = csv.DictWriter(beside, [*lines[0], "reason"])
            writer.writeheader()
            writer.writerows(refused)
        sys.exit(f"Why they were refused stands in {path}.refused.csv: correct the rows there and hand that file in.")


if __name__ == "__main__":
    main(sys.argv[1], " ".join(sys.argv[2:])) if sys.argv[1:] else sys.exit(__doc__)
