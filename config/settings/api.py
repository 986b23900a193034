"""The interface for programs: JSON alone, a token or the sign-in of the pages, problems instead of error pages."""

from __future__ import annotations

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["sites.api.access.TokenSignIn", "sites.api.access.SignIn"],
    "DEFAULT_PERMISSION_CLASSES": ["sites.api.access.Holds"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["sites.api.parsing.Json"],
    "DEFAULT_THROTTLE_CLASSES": ["sites.api.access.PersonRate"],
    # Counted in the cache, which in every setting lies outside the transaction of the request.
    "DEFAULT_THROTTLE_RATES": {"person": "600/min", "bad_token": "30/min"},
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "config.openapi.schema.Described",
    "EXCEPTION_HANDLER": "registry.api.failures.answer",
    # ?format=… would be a parameter that no address declares.
    "URL_FORMAT_OVERRIDE": None,
}

SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Quell",
    "VERSION": "1",
    "DESCRIPTION": (
        "The registry for programs. Rows have the names, units and codes of the codebook; a token or the sign-in of "
        "the pages says who asks; every refusal is a problem that names the field and what to send instead."
    ),
    "LICENSE": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "SERVERS": [{"url": "/"}],
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "SCHEMA_PATH_PREFIX": "/api/",
    "PREPROCESSING_HOOKS": ["config.openapi.schema.only_interface"],
    # Lists of codes stay at their field, with their labels: the same codes may mean something else elsewhere.
    "POSTPROCESSING_HOOKS": [
        "config.openapi.schema.with_problems",
        "config.openapi.sharing.with_shared_variables",
    ],
}
