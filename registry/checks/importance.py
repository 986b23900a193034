"""What a check matters to the study: whether it blocks, touches a covariate or an event date, or an endpoint."""

from __future__ import annotations

from registry.checks.declared import EditCheck, Severity
from registry.models import Rank

# Covariates of the models and dates from which times to an event are counted (docs: statistics of the study).
MODEL_FIELDS = frozenset(
    {
        ("patient", "age_at_infusion"),
        ("patient", "birth_year"),
        ("infusion_course", "product"),
        ("infusion_course", "infused_on"),
        ("infusion_course", "ld_started_on"),
        ("infusion_course", "kps"),
        ("infusion_course", "weight_kg"),
        ("anakinra_course", "started_on"),
        ("anakinra_course", "weight_kg"),
        ("anakinra_course", "intent"),
        ("anakinra_segment", "dose_mg"),
        ("anakinra_segment", "interval_h"),
        ("anakinra_segment", "segment_started_on"),
        ("crs_episode", "onset_on"),
        ("crs_episode", "resolved_on"),
        ("icans_episode", "onset_on"),
        ("icans_episode", "resolved_on"),
        ("iechs_episode", "onset_on"),
        ("iechs_episode", "resolved_on"),
        ("relapse", "relapsed_on"),
        ("death", "died_on"),
        ("death", "cause"),
        ("follow_up", "last_contact_on"),
        ("follow_up", "vital_status"),
    }
)
ENDPOINT_TOPICS = frozenset(
    {
        "crs_episode",
        "crs_assessment",
        "icans_episode",
        "icans_assessment",
        "iechs_episode",
        "anakinra_course",
        "anakinra_segment",
        "response",
        "relapse",
        "death",
        "follow_up",
        "adverse_event",
        "infection",
    }
)
# They ask for whatever is empty in a row; what the models need has checks of its own.
ANYTHING_EMPTY = "CO03_MISSCODE_"


def rank_of(check: EditCheck) -> Rank:
    """Return how urgent the queries of a check are."""
    if check.severity is Severity.BLOCKING:
        return Rank.BLOCKS
    if check.code.startswith(ANYTHING_EMPTY):
        return Rank.OTHER
    return rank_of_field(check.topic.code, check.fields[0])


def rank_of_field(topic: str, field: str) -> Rank:
    """Return how urgent a question about one field is."""
    if (topic, field) in MODEL_FIELDS:
        return Rank.MODEL
    return Rank.ENDPOINT if topic in ENDPOINT_TOPICS else Rank.OTHER
