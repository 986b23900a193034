"""What is kept about releases: projects, releases, jobs, grants and downloads. None of it is clinical data."""

from exports.models.download import Download
from exports.models.grant import ReleaseGrant
from exports.models.job import ExportJob, JobState
from exports.models.project import Project
from exports.models.release import Profile, Release, ReleaseState

__all__ = ["Download", "ExportJob", "JobState", "Profile", "Project", "Release", "ReleaseGrant", "ReleaseState"]
