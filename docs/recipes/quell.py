"""Asks the registry for the scripts beside it: address and token come from QUELL_URL and QUELL_TOKEN."""

import os
import sys
import time
import uuid
from urllib.parse import urljoin

import requests

URL, TOKEN = os.environ.get("QUELL_URL"), os.environ.get("QUELL_TOKEN")


def ask(method, address, **sent):
    """Ask and return what was answered; wait while the registry asks for it, end with its words where it refuses."""
    if not (URL and TOKEN):
        sys.exit("Set QUELL_URL and QUELL_TOKEN first.")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    if method == "POST":
        # However often this very request is sent, it is done once.
        headers["Idempotency-Key"] = str(uuid.uuid4())
    for attempt in range(6):
        try:
            answer = requests.request(method, urljoin(URL, address), headers=headers, timeout=120, **sent)
        except requests.RequestException as failed:
            sys.exit(f"The registry at {URL} cannot be reached: {failed}")
        if answer.status_code not in (429, 503):
            break
        wait = answer.headers.get("Retry-After", "")
        time.sleep(int(wait) if wait.isdigit() else 2**attempt)
    told = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
    if not answer.ok:
        sys.exit(in_words(told) or f"The registry answered {answer.status_code}.")
    return told


def pages(address):
    """Give the rows of a list, page after page."""
    while address:
        page = ask("GET", address)
        yield from page["results"]
        address = page["next"]


def in_words(problem):
    """Return what a refusal says: the whole first, then each field with what to send instead."""
    errors = [f"  {error['field']}: {error['message']} {error['remedy']}" for error in problem.get("errors", ())]
    return "\n".join(filter(None, [problem.get("detail", ""), *errors]))
