"""One clinical variable declared once: its words, unit, code, limits, privacy class, and the field that carries it."""

from registry.metadata.constraints import impossible, in_order
from registry.metadata.encrypted import EncryptedDateVariable, EncryptedTextVariable, EncryptedVariable
from registry.metadata.fields import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    FlagVariable,
    IntegerVariable,
    ReferenceVariable,
    TextVariable,
    TimeVariable,
)
from registry.metadata.release import exportable_columns
from registry.metadata.topics import Topic, topic, topic_named, topic_of, topics
from registry.metadata.variable import Privacy, Transform, Variable

__all__ = [
    "CodedVariable",
    "DateVariable",
    "DecimalVariable",
    "EncryptedDateVariable",
    "EncryptedTextVariable",
    "EncryptedVariable",
    "FlagVariable",
    "IntegerVariable",
    "Privacy",
    "ReferenceVariable",
    "TextVariable",
    "TimeVariable",
    "Topic",
    "Transform",
    "Variable",
    "exportable_columns",
    "impossible",
    "in_order",
    "topic",
    "topic_named",
    "topic_of",
    "topics",
]
