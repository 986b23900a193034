"""The clinical record, one file per topic."""

from registry.models.adverse import AdverseEvent
from registry.models.anakinra import AnakinraCourse, AnakinraSegment
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
from registry.models.response import ResponseAssessment
from registry.models.status import CaseLock, FormStatus, Signature, SiteLock
from registry.models.stays import CareStay
from registry.models.therapy import ToxicityTherapy
from registry.models.uploads import Upload, UploadFile, UploadFinding

__all__ = [
    "AdverseEvent",
    "AnakinraCourse",
    "AnakinraSegment",
    "CareStay",
    "CaseLock",
    "CrsAssessment",
    "CrsEpisode",
    "Death",
    "DeathReview",
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
    "Product",
    "ProductApproval",
    "Relapse",
    "ResponseAssessment",
    "Signature",
    "SiteLock",
    "TokenKind",
    "ToxicityTherapy",
    "Upload",
    "UploadFile",
    "UploadFinding",
]
