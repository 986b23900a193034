"""The pages of the registry."""

from __future__ import annotations

from django.urls import path

from registry.web.views.home import home
from registry.web.views.language import choose_language

urlpatterns = [
    path("", home, name="home"),
    path("language/", choose_language, name="choose_language"),
]
