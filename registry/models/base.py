"""What every row of the clinical record has."""

from __future__ import annotations

import uuid

from django.db import models

from sites.scoping import SiteScopedManager


class ClinicalModel(models.Model):
    """A row of one site's clinical record, under a random key.

    `missing` holds, per empty field, why it is empty: {"kps": "ND"}. `version` counts the changes of the row, so that
    two people who change it at once do not overwrite each other.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey("study_sites.Site", on_delete=models.PROTECT, related_name="+")
    missing = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SiteScopedManager()

    class Meta:
        abstract = True


class ParentKey(models.ForeignKey):
    """The way up to the row that this one belongs to."""

    def __init__(self, to: str, related_name: str, **kwargs: object) -> None:
        kwargs.setdefault("on_delete", models.CASCADE)
        super().__init__(to, related_name=related_name, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[object], dict[str, object]]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs

    def clone(self) -> models.ForeignKey:
        _name, _path, args, kwargs = self.deconstruct()
        return models.ForeignKey(*args, **kwargs)
