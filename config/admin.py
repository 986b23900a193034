"""What the libraries would offer in the administration and this registry does not.

Factors, sign-ins and identity providers of people are not for administrators to read or change there: a person's are
their own, providers are settings of the server, and addresses are changed with the account.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin

admin.site.unregister([Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession])
