"""The pages of signing in that are open here. Signing up and changing one's own address are not among them."""

from __future__ import annotations

from allauth.account import views
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.urls import include, path, re_path

from sites.hospital_sign_on import in_words
from sites.invitation_views import invitation_accept
from sites.sign_in_views import session_state, sign_in_end, sign_ins, sign_ins_end_others

urlpatterns = [
    path("sign-in/", views.login, name="account_login"),
    path("sign-out/", views.logout, name="account_logout"),
    path("closed/", views.account_inactive, name="account_inactive"),
    path("confirm/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/sent/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("second-factor/", include("allauth.mfa.urls")),
    path("sign-ins/", sign_ins, name="sign_ins"),
    path("sign-ins/end-others/", sign_ins_end_others, name="sign_ins_end_others"),
    path("sign-ins/<int:pk>/end/", sign_in_end, name="sign_in_end"),
    path("invitation/<str:token>/", invitation_accept, name="invitation_accept"),
    path("session/", session_state, name="session_state"),
    path("oidc/<str:provider_id>/login/", in_words(oidc.login), name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", in_words(oidc.callback), name="openid_connect_callback"),
    path("password/reset/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
]
