# One part of what REDCapR reads and is refused, written as files into the folder of the first argument.
suppressPackageStartupMessages(library(REDCapR))
folder <- commandArgs(TRUE)[1]
part <- commandArgs(TRUE)[2]
uri <- Sys.getenv("QUELL_URL")
token <- Sys.getenv("QUELL_TOKEN")
every <- readr::cols(.default = readr::col_character())

ask <- function(what, ...) what(redcap_uri = uri, token = token, verbose = FALSE, ...)
keep <- function(data, name) readr::write_csv(data, file.path(folder, paste0(name, ".csv")), na = "")
tell <- function(told) {
  jsonlite::write_json(told, file.path(folder, "told.json"), auto_unbox = TRUE, na = "null", null = "null", digits = NA)
}
outcome <- function(answer) {
  list(
    success = answer$success, status = answer$status_code, message = answer$outcome_message, rows = nrow(answer$data)
  )
}
attempt <- function(what, ...) {
  tryCatch(outcome(ask(what, ...)), error = function(e) list(success = NA, message = conditionMessage(e)))
}
texts <- function(...) ask(redcap_read_oneshot, col_types = every, na = "", ...)$data
batches <- function(...) ask(redcap_read, batch_size = 10L, interbatch_delay = 0, col_types = every, na = "", ...)

about <- function() {
  keep(ask(redcap_metadata_read)$data, "metadata")
  keep(ask(redcap_metadata_read, forms = "death", fields = "patient_sex")$data, "narrowed")
  keep(ask(redcap_variables)$data, "variables")
  keep(ask(redcap_instruments)$data, "instruments")
  keep(ask(redcap_dag_read)$data, "groups")
  users <- ask(redcap_users_export)
  facts <- ask(redcap_project_info_read)$data
  sent <- list(token = token, content = "repeatingFormsEvents", format = "csv")
  repeats <- readr::read_csv(I(REDCapR:::kernel_api(uri, sent, NULL)$raw_text), col_types = every)
  keep(repeats, "repeats")
  metadata <- REDCapR:::redcap_metadata_internal(uri, token)
  arms <- ask(redcap_arm_export)
  tell(list(
    version = as.character(ask(redcap_version)),
    facts = as.list(facts), unread = nrow(readr::problems(facts)),
    users = as.list(users$data_user), rights = as.character(unique(users$data_user_form$permission)),
    record_id = metadata$record_id_name, plumbing = metadata$plumbing_variables, has_repeats = metadata$repeating,
    has_arms = arms$has_arms, arms = nrow(arms$data), events = nrow(ask(redcap_event_read)$data),
    mapping = attempt(redcap_event_instruments)
  ))
}

records <- function() {
  keep(texts(export_data_access_groups = TRUE), "whole")
  batched <- batches(export_data_access_groups = TRUE)
  keep(batched$data, "batched")
  forms <- c("patient", "adsl", "anakinra_course")
  keep(texts(forms = forms), "forms")
  keep(batches(forms = forms)$data, "forms_batched")
  keep(texts(fields = c("subject_key", "patient_sex"), raw_or_label = "label"), "labelled")
  keep(ask(REDCapR:::redcap_read_eav_oneshot, forms = forms)$data, "values")
  some <- utils::head(unique(batched$data$subject_key), 3)
  keep(texts(records = some, fields = c("patient_sex", "redcap_repeat_instance")), "some")
  empty <- ask(redcap_read, records = "NOBODY")
  tell(list(batched = batched$success, codes = batched$status_codes, some = some, nobody = outcome(empty)))
}

typed <- function() {
  types <- ask(redcap_metadata_coltypes, print_col_types_to_console = FALSE)
  once <- ask(redcap_read_oneshot, col_types = types, na = "")$data
  batched <- ask(redcap_read, interbatch_delay = 0, col_types = types, na = "")
  keep(once, "typed")
  keep(batched$data, "typed_batched")
  keep(texts(), "texts")
  kinds <- vapply(batched$data, function(column) class(column)[1], "")
  tell(list(unread = nrow(readr::problems(once)), kinds = as.list(kinds), success = batched$success))
}

guessed <- function() {
  found <- ask(redcap_read, interbatch_delay = 0)$data
  keep(texts(), "texts")
  tell(list(cells = as.list(vapply(found, function(column) sum(!is.na(column)), 1L))))
}

refused <- function() {
  row <- data.frame(subject_key = "X", patient_sex = "FEMALE")
  stranger <- function(...) redcap_read_oneshot(redcap_uri = uri, token = strrep("0", 32), verbose = FALSE)
  tell(list(
    filter = attempt(redcap_read_oneshot, filter_logic = "[patient_sex] = 'FEMALE'"),
    filter_batched = attempt(redcap_read, filter_logic = "[patient_sex] = 'FEMALE'"),
    since = attempt(redcap_read_oneshot, datetime_range_begin = as.POSIXct("2026-01-01")),
    field = attempt(redcap_read_oneshot, fields = "no_such_field"),
    events = attempt(redcap_read, events = "event_1_arm_1"),
    write = attempt(redcap_write_oneshot, ds = row),
    log = attempt(redcap_log_read),
    stranger = outcome(stranger()),
    stranger_batched = tryCatch(redcap_read(redcap_uri = uri, token = strrep("0", 32)), error = conditionMessage)
  ))
}

list(about = about, records = records, typed = typed, guessed = guessed, refused = refused)[[part]]()
