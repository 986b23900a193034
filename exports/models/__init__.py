"""What is kept about releases: projects, requests, packages, reports, grants and downloads. No clinical data."""

from exports.models.download import Download
from exports.models.feasibility import FeasibilityBasis
from exports.models.grant import ReleaseGrant
from exports.models.job import ExportJob, JobPhase, JobState
from exports.models.package import ReleasePackage
from exports.models.policy import PolicySetting
from exports.models.project import Project
from exports.models.redcap_token import ReleaseToken
from exports.models.release import OUT, Format, Level, Profile, Release, ReleaseState
from exports.models.report import StudyReport
from exports.models.request import DataRequest, RequestMessage, RequestState
from exports.models.terms import TermsAcceptance

__all__ = [
    "OUT",
    "DataRequest",
    "Download",
    "ExportJob",
    "FeasibilityBasis",
    "Format",
    "JobPhase",
    "JobState",
    "Level",
    "PolicySetting",
    "Profile",
    "Project",
    "Release",
    "ReleaseGrant",
    "ReleasePackage",
    "ReleaseState",
    "ReleaseToken",
    "RequestMessage",
    "RequestState",
    "StudyReport",
    "TermsAcceptance",
]
