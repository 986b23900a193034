"""A person who signs in by e-mail."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from sites.access import can, grants_of
from sites.audit import audited
from sites.roles import Permission, Role

# Django's administration asks for "<application>.<verb>_<model>"; every model not named here is a reference list.
ADMINISTRATION = {
    "site": Permission.SITE_ADMIN,
    "agreement": Permission.SITE_ADMIN,
    "user": Permission.PEOPLE_ADMIN,
    "membership": Permission.PEOPLE_ADMIN,
}


class Language(models.TextChoices):
    """Languages of the pages; each names itself."""

    ENGLISH = "en", "English"
    SPANISH = "es", "Español"


class UserManager(BaseUserManager["User"]):
    """People, found by e-mail whatever its capitals."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a person; without a password they cannot sign in until they have set one by e-mail."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Find a person by the e-mail they sign in with."""
        return self.get(email=(username or "").strip().lower())


@audited(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A person. What they may do is held in memberships, never here.

    Password and time of last sign-in are not audited: both are written before anybody is signed in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(
        _("e-mail address"), unique=True, error_messages={"unique": _("Somebody with this e-mail address exists.")}
    )
    full_name = models.CharField(_("full name"), max_length=200)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.ENGLISH)
    is_active = models.BooleanField(
        _("account open"), default=True, help_text=_("Untick to close the account instead of deleting it.")
    )

    sign_in_epoch = models.PositiveIntegerField(
        default=0, editable=False, help_text="Part of every sign-in: a higher number ends all of them at once."
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["full_name", "email"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_in_lower_case",
                violation_error_message=_("E-mail addresses are kept in small letters."),
            ),
            models.CheckConstraint(condition=models.Q(language__in=Language.values), name="user_language_known"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    def clean_fields(self, exclude: Any = None) -> None:
        """Write the e-mail in small letters before it is checked, so that one address is one person."""
        self.email = self.email.strip().lower()
        super().clean_fields(exclude=exclude)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the e-mail in small letters."""
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Tie each sign-in to the password and the epoch: a change of either ends it at the next request."""
        return salted_hmac(
            "sites.User.sign_in", f"{self.sign_in_epoch}:{self.password}", secret=secret, algorithm="sha256"
        ).hexdigest()

    @property
    def is_staff(self) -> bool:
        """May open the administration pages: follows from the administrator's role and is stored nowhere."""
        return Role.ADMINISTRATOR in grants_of(self).roles()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Answer Django's administration, which registers reference lists, sites and people but no clinical table."""
        model = perm.rpartition("_")[2]
        return can(self, ADMINISTRATION.get(model, Permission.REFERENCE_ADMIN))

    def has_module_perms(self, app_label: str) -> bool:
        """Answer Django's administration for a whole application: its models are asked for one by one."""
        return self.is_staff
