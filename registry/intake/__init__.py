"""Files come in: read, checked cell by cell and row by row, and saved as one batch or not at all."""

from registry.intake.jobs import run, sweep
from registry.intake.refusals import UploadRefused
from registry.intake.submitting import commit, discard, enqueue, submit
from registry.intake.topics import upload_topics

__all__ = ["UploadRefused", "commit", "discard", "enqueue", "run", "submit", "sweep", "upload_topics"]
