"""What was answered to a request that carries a key of its own, so that sending it again does nothing again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class ApiReply(models.Model):
    """One answered request of one person under the key that their program gave it. `sealed` is the answer, encrypted.

    `asked` is the digest of method, address and body: the same key for something else is a mistake of the program.
    """

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    asked = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    sealed = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="api_reply_once")]

    def __str__(self) -> str:
        return f"{self.status} {self.created_at:%Y-%m-%d %H:%M}"
