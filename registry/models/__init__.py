"""The clinical record, one file per topic."""

from registry.models.adverse import AdverseEvent
from registry.models.anakinra import AnakinraCourse, AnakinraSegment
from registry.models.check_work import CheckRun, CheckSetting, RunCause, RunState
from registry.models.crs import CrsAssessment, CrsEpisode
from registry.models.disease import Disease
from registry.models.entry import Draft, NoneOccurred
from registry.models.icans import IcansAssessment, IcansEpisode
from registry.models.iechs import IecHsEpisode
from registry.models.infections import Infection
from registry.models.infusion import FurtherInfusion, InfusionCourse
from registry.models.labs import LabResult
from registry.models.linkage import LinkageCase, LinkageState, LinkageToken, TokenKind
from registry.models.outcome import Death, DeathReview, FollowUp, Relapse
from registry.models.patient import Patient, PatientIdentity
from registry.models.products import Product, ProductApproval
from registry.models.quality import DigestChoice, DigestFrequency, PeerScore, SiteScore
from registry.models.queries import AnswerCause, DataQuery, QueryAct, QueryEntry, QueryState, Rank, Resolution
from registry.models.response import ResponseAssessment
from registry.models.status import CaseLock, FormStatus, Signature, SiteLock
from registry.models.stays import CareStay
from registry.models.therapy import ToxicityTherapy
from registry.models.uploads import Upload, UploadFile, UploadFinding

__all__ = [
    "AdverseEvent",
    "AnakinraCourse",
    "AnakinraSegment",
    "AnswerCause",
    "CareStay",
    "CaseLock",
    "CheckRun",
    "CheckSetting",
    "CrsAssessment",
    "CrsEpisode",
    "DataQuery",
    "Death",
    "DeathReview",
    "DigestChoice",
    "DigestFrequency",
    "Disease",
    "Draft",
    "FollowUp",
    "FormStatus",
    "FurtherInfusion",
    "IcansAssessment",
    "IcansEpisode",
    "IecHsEpisode",
    "Infection",
    "InfusionCourse",
    "LabResult",
    "LinkageCase",
    "LinkageState",
    "LinkageToken",
    "NoneOccurred",
    "Patient",
    "PatientIdentity",
    "PeerScore",
    "Product",
    "ProductApproval",
    "QueryAct",
    "QueryEntry",
    "QueryState",
    "Rank",
    "Relapse",
    "Resolution",
    "ResponseAssessment",
    "RunCause",
    "RunState",
    "Signature",
    "SiteLock",
    "SiteScore",
    "TokenKind",
    "ToxicityTherapy",
    "Upload",
    "UploadFile",
    "UploadFinding",
]
