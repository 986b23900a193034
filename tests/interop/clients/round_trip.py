"""The whole way through the client that openapi-python-client makes, from a new case to a package; prints what it saw.

Run with the generated package in the path, as a program of its own: it shares nothing with the registry.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import sys
import time
from typing import Any

from quell_client import AuthenticatedClient
from quell_client.api.case import case_create, case_read
from quell_client.api.disease import disease_change, disease_create, disease_read
from quell_client.api.lab import lab_bulk, lab_list
from quell_client.api.queries import query_answer, query_list, query_read
from quell_client.api.releases import package_download, package_list, release_list, terms_accept
from quell_client.api.uploads import upload_commit, upload_create, upload_read
from quell_client.models import (
    AnswerInRequest,
    AnswerInRequestCause,
    CaseInRequest,
    CommitInRequest,
    DiseaseChangeRequest,
    DiseaseNewByKeysRequest,
    LabBulkByKeysRequest,
    LabBulkRequest,
    QueryListState,
    UploadInRequest,
)
from quell_client.types import File

STUDY_ID, WAITING = "PY-1", ("QUEUED", "CHECKING", "COMMITTING")
DAYS = [dt.date(2025, 11, day) for day in range(4, 8)]
COLUMNS = "study_id,course_no,relapse_no,kind,relapsed_on,relapse_site,antigen_status,had_new_therapy,new_therapy_on"
RELAPSE = f"{COLUMNS}\n{STUDY_ID},1,1,RELAPSE,2026-02-10,,,,\n"


def client_of(token: str) -> AuthenticatedClient:
    return AuthenticatedClient(os.environ["QUELL_URL"], token, timeout=60)


def good(answer: Any) -> Any:
    """Return what was answered, read into the types of the client."""
    assert answer.status_code < 400, answer.content
    assert answer.parsed is not None
    return answer.parsed


def record(quell: AuthenticatedClient) -> dict[str, Any]:
    """A case, a row below it, a change, one that comes too late, and many rows at once."""
    new = CaseInRequest(site="HOU", study_id=STUDY_ID, infused_on=dt.date(2025, 11, 3), product="AXI")
    case = good(case_create.sync_detailed(client=quell, body=new, idempotency_key="a-case"))
    disease = DiseaseNewByKeysRequest.from_dict({"study_id": STUDY_ID, "diagnosis": "DLBCL", "diagnosed_on": "2024-03"})
    row = good(disease_create.sync_detailed(client=quell, body=disease))
    seen = disease_read.sync_detailed(row.id, client=quell).headers["ETag"]
    good(disease_change.sync_detailed(row.id, client=quell, if_match=seen, body=DiseaseChangeRequest(prior_lines=3)))
    late = disease_change.sync_detailed(row.id, client=quell, if_match=seen, body=DiseaseChangeRequest(prior_lines=4))
    told = {"study_id": STUDY_ID, "course_no": 1, "analyte": "FERRITIN", "sampled_at": "06:00", "unit": "ng/mL"}
    rows = [LabBulkByKeysRequest.from_dict({**told, "sampled_on": str(day), "value": 812.5}) for day in DAYS]
    done = good(lab_bulk.sync_detailed(client=quell, body=LabBulkRequest(rows=rows)))
    whole = good(case_read.sync_detailed(case.id, client=quell))
    labs = good(lab_list.sync_detailed(client=quell, patient=case.id, sampled_on_from=DAYS[1], limit=200))
    return {
        "late": [int(late.status_code), late.parsed.type_, late.parsed.present["prior_lines"]],
        "done": done.done,
        "nested": [one.value for one in whole.infusion_course[0].lab],
        "disease": [whole.disease[0].prior_lines, whole.disease[0].diagnosed_on],
        "listed": len(labs.results),
    }


def answered(quell: AuthenticatedClient) -> dict[str, Any]:
    """A query, answered in the version that was read."""
    query = good(query_list.sync_detailed(client=quell, state=QueryListState.OPEN, limit=1)).results[0]
    seen = query_read.sync_detailed(query.id, client=quell).headers["ETag"]
    body = AnswerInRequest(cause=AnswerInRequestCause.CONFIRMED, text="As in the chart.")
    done = good(query_answer.sync_detailed(query.id, client=quell, body=body, if_match=seen))
    return {"query": str(query.id), "state": done.state.value}


def uploaded(quell: AuthenticatedClient) -> dict[str, Any]:
    """A file, checked and then saved."""
    file = File(io.BytesIO(RELAPSE.encode()), "relapse.csv", "text/csv")
    sent = good(upload_create.sync_detailed(client=quell, body=UploadInRequest(site="HOU", files=[file])))
    checked = ended(quell, sent.id)
    good(upload_commit.sync_detailed(sent.id, client=quell, body=CommitInRequest()))
    return {"checked": [checked.state.value, checked.files[0].new], "saved": ended(quell, sent.id).state.value}


def ended(quell: AuthenticatedClient, key: Any) -> Any:
    while (upload := good(upload_read.sync_detailed(key, client=quell))).state.value in WAITING:
        time.sleep(0.3)
    return upload


def taken(quell: AuthenticatedClient) -> dict[str, Any]:
    """A package, once the terms are accepted."""
    release = good(release_list.sync_detailed(client=quell)).results[0]
    [package] = good(package_list.sync_detailed(release.id, client=quell)).results
    before = package_download.sync_detailed(release.id, package.id, client=quell)
    good(terms_accept.sync_detailed(release.id, client=quell))
    content = good(package_download.sync_detailed(release.id, package.id, client=quell)).payload.read()
    return {
        "before": [int(before.status_code), before.parsed.type_],
        "is_whole": hashlib.sha256(content).hexdigest() == package.sha256,
        "bytes": len(content),
    }


quell = client_of(os.environ["QUELL_TOKEN"])
json.dump(
    {**record(quell), **answered(quell), **uploaded(quell), **taken(client_of(os.environ["QUELL_TOKEN_OF_RELEASES"]))},
    sys.stdout,
)
