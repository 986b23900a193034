"""A thousand results of two hundred cases in one request: no slower than a person waits, and far from one by one."""

from __future__ import annotations

import time

import pytest

from tests.entry_forms import a_case
from tests.integration.api.asking import Program
from tests.integration.api.rows_sent import address, send
from tests.integration.api.test_api_bulk import many_cases, result

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("looking_on"), pytest.mark.slow]
ONE_BY_ONE, FASTER, SECONDS = 20, 4, 10


def test_a_thousand_results_of_two_hundred_cases_are_saved_at_once(cast):
    a_case(cast.sev)
    many_cases(cast.sev, 200)
    program = Program(cast.alice)
    send(program, "lab", **result(1))  # the first request of a process reads the addresses
    began = time.process_time(), time.perf_counter()
    for number in range(ONE_BY_ONE):
        assert send(program, "lab", **result(1, study_id=f"M-{number}", analyte="CRP", unit="mg/L")).status_code == 201
    one = (time.perf_counter() - began[1]) / ONE_BY_ONE
    rows = [result(1 + number // 200, study_id=f"M-{number % 200}") for number in range(1000)]
    began = time.process_time(), time.perf_counter()
    told = program.send(f"{address('lab')}bulk/", {"rows": rows}).json()
    taken, worked = time.perf_counter() - began[1], time.process_time() - began[0]
    assert told["done"] == len(rows)
    assert taken * FASTER < one * len(rows)
    assert worked < SECONDS
