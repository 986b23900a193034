"""The seal on the audit trail: a chain with one link per event, and what the last examinations of it found."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SealedEvent(models.Model):
    """One link of the chain. `link` follows from the link before, from this row, and from a key outside the database.

    `sequence` has no gaps: the sealer counts. `digest` is made of one digest per field of the event.
    """

    sequence = models.BigIntegerField(primary_key=True)
    event_table = models.CharField(max_length=63)
    event_id = models.BigIntegerField()
    digest = models.BinaryField()
    link = models.BinaryField()

    class Meta:
        verbose_name = _("sealed event")
        verbose_name_plural = _("sealed events")
        ordering = ["sequence"]
        constraints = [models.UniqueConstraint(fields=["event_table", "event_id"], name="sealed_event_once")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.event_table} {self.event_id}"


class Seal(models.Model):
    """One sealing: how far the chain reached then (`sequence`, `head`), and which key it was made with."""

    number = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField(_("sealed"), db_default=Now(), editable=False)
    sequence = models.BigIntegerField()
    events = models.BigIntegerField(_("events"))
    head = models.BinaryField()
    key_id = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.sequence}"


class SealCheck(models.Model):
    """One examination of the audit trail. `breaks` lists what was found, the first broken link first."""

    id = models.BigAutoField(primary_key=True)
    checked_at = models.DateTimeField(_("checked"), db_default=Now(), editable=False)
    links = models.BigIntegerField(_("links"))
    unsealed = models.BigIntegerField(_("not sealed yet"))
    rows = models.BigIntegerField(_("rows compared"))
    breaks = models.JSONField(default=list)

    class Meta:
        verbose_name = _("examination of the audit trail")
        verbose_name_plural = _("examinations of the audit trail")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.checked_at}: {len(self.breaks)}"
