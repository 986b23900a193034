# Reads the released datasets and chooses whom the report analyses, with dose group and dose.

GROUPS <- c("HIGH", "LOW")

sheet <- function(package, name) {
  path <- file.path(package, "datasets", paste0(name, ".csv"))
  if (!file.exists(path)) return(NULL)
  read.csv(path, colClasses = "character", na.strings = "", encoding = "UTF-8", check.names = FALSE)
}

check_release <- function(package, plan) {
  if (!all(file.exists(file.path(package, c("manifest.json", "datasets/adsl.csv")))))
    stop(package, " is no unpacked CSV package: it lacks manifest.json or datasets/adsl.csv.", call. = FALSE)
  manifest <- read_json(file.path(package, "manifest.json"))
  if (is_known(plan$content_hash) && manifest$content_sha256 != plan$content_hash)
    stop("This package is not the release of the report (", plan$release, "): the content hash differs.", call. = FALSE)
}

cohort <- function(adsl, plan) {
  rule <- plan$cohort
  stays <- adsl$SAFFL == "1" & adsl$IDXRULE == "STUDY" & as.numeric(adsl$GRATSTRT) >= plan$entry_grade
  if (length(rule$indications)) stays <- stays & adsl$ANAIND %in% codes_of(rule$indications)
  if (length(rule$products)) stays <- stays & adsl$PROD %in% codes_of(rule$products)
  if (is_known(rule$year_from)) stays <- stays & as.numeric(adsl$INFYR) >= rule$year_from
  if (is_known(rule$year_to)) stays <- stays & as.numeric(adsl$INFYR) <= rule$year_to
  if (rule$min_follow_up_days > 0) {
    is_long <- as.numeric(adsl$FUPDAYS) >= rule$min_follow_up_days
    stays <- stays & ((!is.na(is_long) & is_long) | adsl$DTHFL %in% "1")
  }
  people <- adsl[!is.na(stays) & stays, ]
  with_dose(people[order(people$USUBJID, method = "radix"), ], plan$dose)
}

with_dose <- function(people, dose) {
  people$DOSE_CLASS <- rep(NA_character_, nrow(people))
  people$DOSE_MGKG <- rep(NA_real_, nrow(people))
  if (dose$declared && all(c("DOSEGRP", "MGKGD") %in% names(people))) {
    people$DOSE_CLASS <- people$DOSEGRP
    people$DOSE_MGKG <- as.numeric(people$MGKGD)
  } else if (all(c(dose$column, "ROUTE1", "WEIGHT") %in% names(people))) {
    daily <- as.numeric(people[[dose$column]])
    people$DOSE_CLASS <- mapply(dose_class, daily, people$ROUTE1, MoreArgs = list(classes = dose$classes))
    people$DOSE_MGKG <- daily / as.numeric(people$WEIGHT)
  }
  people$GROUP <- ifelse(people$DOSE_CLASS %in% GROUPS, people$DOSE_CLASS, NA)
  people
}

# The class by the route; without a known route, the class that both routes agree on.
dose_class <- function(daily, route, classes) {
  if (is.na(daily)) return(NA_character_)
  found <- vapply(classes, class_of, "", cents = round(daily * 100))
  if (!is.na(route)) return(if (route %in% names(found)) found[[route]] else NA_character_)
  if (length(unique(found)) == 1) found[[1]] else NA_character_
}

class_of <- function(bands, cents) {
  for (band in bands) {
    above <- is.na(band$low) || cents > 100 * band$low || (band$low_closed && cents == 100 * band$low)
    below <- is.na(band$high) || cents < 100 * band$high || (band$high_closed && cents == 100 * band$high)
    if (above && below) return(band$class)
  }
  NA_character_
}

endpoint <- function(adtte, people, parameter) {
  columns <- intersect(c("USUBJID", "AVAL", "EVSTAT", "ENTRYDY"), names(adtte))
  rows <- adtte[adtte$PARAMCD == parameter & !is.na(adtte$AVAL), columns]
  rows <- merge(rows, people, by = "USUBJID")
  rows$TIME <- as.numeric(rows$AVAL)
  rows$STATUS <- as.numeric(rows$EVSTAT)
  rows
}

of_group <- function(rows, group) if (group == "ALL") rows else rows[rows$GROUP %in% group, ]
with_group <- function(rows) GROUPS[vapply(GROUPS, function(group) any(rows$GROUP %in% group), NA)]
