"""Addresses of the pages of requests."""

from __future__ import annotations

from django.urls import path

from exports.web.requests.acts import request_message, request_recall
from exports.web.requests.counting import request_count
from exports.web.requests.editing import request_edit, request_new
from exports.web.requests.lists import requests
from exports.web.requests.pages import request_page, request_progress

urlpatterns = [
    path("", requests, name="requests"),
    path("new/", request_new, name="request_new"),
    path("count/", request_count, name="request_count"),
    path("<uuid:pk>/", request_page, name="request"),
    path("<uuid:pk>/edit/", request_edit, name="request_edit"),
    path("<uuid:pk>/progress/", request_progress, name="request_progress"),
    path("<uuid:pk>/messages/", request_message, name="request_message"),
    path("<uuid:pk>/recall/", request_recall, name="request_recall"),
]
