"""The interface for programs: JSON alone, the sign-in of the pages, problems instead of error pages."""

from __future__ import annotations

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["registry.api.access.SignIn"],
    "DEFAULT_PERMISSION_CLASSES": ["registry.api.access.Holds"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["registry.api.parsing.Json"],
    "DEFAULT_THROTTLE_CLASSES": ["registry.api.access.PersonRate"],
    # Counted in the cache, which in every setting lies outside the transaction of the request.
    "DEFAULT_THROTTLE_RATES": {"person": "600/min"},
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "registry.api.failures.answer",
    # ?format=… would be a parameter that no address declares.
    "URL_FORMAT_OVERRIDE": None,
}
