"""The pages of the registry."""

from __future__ import annotations

from django.urls import path

from registry.web.views.adjudication import adjudication, death_assign, review, reviews
from registry.web.views.audit import audit, audit_file, audit_reads, audit_seal
from registry.web.views.case_new import case_new
from registry.web.views.cases import case, cases
from registry.web.views.check_runs import check_run, check_runs
from registry.web.views.checks import check, checks, checks_file
from registry.web.views.drafts import case_draft
from registry.web.views.entry import case_form, case_form_new, case_form_row
from registry.web.views.grade_agreement import grade_agreement
from registry.web.views.history import case_history, case_moment, field_history
from registry.web.views.home import home
from registry.web.views.identity import identity
from registry.web.views.identity_entry import identity_entry
from registry.web.views.language import choose_language
from registry.web.views.linkage import linkage, linkages
from registry.web.views.locks import case_forms, case_locks_decide, locks, site_lock_decide
from registry.web.views.none_occurred import case_form_delete, case_none
from registry.web.views.quality import quality, quality_ageing_csv, quality_completeness_csv, quality_compute
from registry.web.views.queries import queries, queries_bulk, queries_csv
from registry.web.views.query import query, query_act, query_after
from registry.web.views.query_digest import query_digest
from registry.web.views.query_new import query_new
from registry.web.views.query_upload import queries_csv_upload
from registry.web.views.scorecard import quality_missing, quality_rows, site_scorecard
from registry.web.views.signatures import sign
from registry.web.views.site_choice import switch_site
from registry.web.views.timeline import timeline, timeline_csv
from registry.web.views.uploads import (
    upload,
    upload_decide,
    upload_findings,
    upload_new,
    upload_rejected,
    upload_template,
    uploads,
)
from registry.web.views.worksheets import worksheet, worksheets

urlpatterns = [
    path("", home, name="home"),
    path("language/", choose_language, name="choose_language"),
    path("cases/", cases, name="cases"),
    path("cases/new/", case_new, name="case_new"),
    path("cases/<uuid:patient_id>/", case, name="case"),
    path("cases/<uuid:patient_id>/forms/", case_forms, name="case_forms"),
    path("cases/<uuid:patient_id>/forms/<slug:form>/", case_form, name="case_form"),
    path("cases/<uuid:patient_id>/forms/<slug:form>/new/", case_form_new, name="case_form_new"),
    path("cases/<uuid:patient_id>/forms/<slug:form>/<uuid:row_id>/", case_form_row, name="case_form_row"),
    path("cases/<uuid:patient_id>/forms/<slug:form>/<uuid:row_id>/delete/", case_form_delete, name="case_form_delete"),
    path("cases/<uuid:patient_id>/drafts/<slug:form>/", case_draft, name="case_draft"),
    path("cases/<uuid:patient_id>/none/<slug:form>/", case_none, name="case_none"),
    path("cases/<uuid:patient_id>/locks/", case_locks_decide, name="case_locks"),
    path("cases/<uuid:patient_id>/sign/", sign, name="case_sign"),
    path("cases/<uuid:patient_id>/timeline/", timeline, name="case_timeline"),
    path("cases/<uuid:patient_id>/timeline.csv", timeline_csv, name="case_timeline_csv"),
    path("worksheets/", worksheets, name="worksheets"),
    path("worksheets/<slug:form>/", worksheet, name="worksheet"),
    path("locks/", locks, name="locks"),
    path("locks/<uuid:site_id>/", site_lock_decide, name="site_lock"),
    path("adjudication/", adjudication, name="adjudication"),
    path("adjudication/<uuid:death_id>/", death_assign, name="death_assign"),
    path("reviews/", reviews, name="reviews"),
    path("reviews/<uuid:review_id>/", review, name="review"),
    path("sites/switch/", switch_site, name="switch_site"),
    path("cases/<uuid:patient_id>/history/", case_history, name="case_history"),
    path("cases/<uuid:patient_id>/as-of/", case_moment, name="case_moment"),
    path("cases/<uuid:patient_id>/history/<slug:code>/<uuid:row_id>/<slug:name>/", field_history, name="field_history"),
    path("queries/", queries, name="queries"),
    path("queries/bulk/", queries_bulk, name="queries_bulk"),
    path("queries/digest/", query_digest, name="query_digest"),
    path("queries/new/", query_new, name="query_new"),
    path("queries/new/csv/", queries_csv_upload, name="queries_csv_upload"),
    path("queries/next/", query_after, name="query_next"),
    path("queries/queries.csv", queries_csv, name="queries_csv"),
    path("queries/<uuid:query_id>/", query, name="query"),
    path("queries/<uuid:query_id>/act/", query_act, name="query_act"),
    path("quality/", quality, name="quality"),
    path("quality/ageing.csv", quality_ageing_csv, name="quality_ageing_csv"),
    path("quality/completeness.csv", quality_completeness_csv, name="quality_completeness_csv"),
    path("quality/compute/", quality_compute, name="quality_compute"),
    path("quality/grades/", grade_agreement, name="quality_grades"),
    path("quality/missing/", quality_missing, name="quality_missing"),
    path("quality/rows/", quality_rows, name="quality_rows"),
    path("quality/sites/<slug:code>/", site_scorecard, name="site_scorecard"),
    path("checks/", checks, name="checks"),
    path("checks/checks.csv", checks_file, name="checks_csv"),
    path("checks/runs/", check_runs, name="check_runs"),
    path("checks/runs/<uuid:run_id>/", check_run, name="check_run"),
    path("checks/<slug:code>/", check, name="check"),
    path("audit/", audit, name="audit"),
    path("audit/events.csv", audit_file, name="audit_file"),
    path("audit/reads/", audit_reads, name="audit_reads"),
    path("audit/seal/", audit_seal, name="audit_seal"),
    path("cases/<uuid:patient_id>/identity/", identity, name="identity"),
    path("cases/<uuid:patient_id>/identity/enter/", identity_entry, name="identity_entry"),
    path("linkage/", linkages, name="linkages"),
    path("linkage/<uuid:linkage_id>/", linkage, name="linkage"),
    path("uploads/", uploads, name="uploads"),
    path("uploads/new/", upload_new, name="upload_new"),
    path("uploads/templates/<slug:code>.csv", upload_template, name="upload_template"),
    path("uploads/<uuid:upload_id>/", upload, name="upload"),
    path("uploads/<uuid:upload_id>/decide/", upload_decide, name="upload_decide"),
    path("uploads/<uuid:upload_id>/findings.csv", upload_findings, name="upload_findings"),
    path("uploads/<uuid:upload_id>/files/<uuid:file_id>/rejected.csv", upload_rejected, name="upload_rejected"),
]
