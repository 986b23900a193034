"""Where each address leads."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from exports.web.decisions.urls import request_patterns
from exports.web.redcap.urls import client_patterns

admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("", include("config.health")),
    path("accounts/tokens/", include("sites.token_urls")),
    path("accounts/", include("sites.signin_urls")),
    path("admin/", admin.site.urls),
    path("people/invitations/", include("sites.invitation_urls")),
    path("releases/", include("exports.web.urls")),
    path("requests/", include("exports.web.requests.urls")),
    path("requests/", include(request_patterns)),
    path("", include("config.openapi.urls")),
    path("api/", include("exports.api.urls")),
    path("api/", include("registry.api.urls")),
    path("", include(client_patterns)),
    path("", include("registry.web.urls")),
]

handler403 = "registry.web.views.errors.no_right"
handler404 = "registry.web.views.errors.not_found"
handler500 = "registry.web.views.errors.broken"
