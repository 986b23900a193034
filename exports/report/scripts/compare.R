# Reads JSON, for which R has no reader of its own, and compares recomputed figures with those of a report.

TOLERANCE <- 1e-6

read_json <- function(path) {
  text <- paste(readLines(path, encoding = "UTF-8", warn = FALSE), collapse = "\n")
  pattern <- '"(?:[^"\\\\]++|\\\\.)*+"|-?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null|[][{}:,]'
  tokens <- regmatches(text, gregexpr(pattern, text, perl = TRUE))[[1]]
  place <- 0
  take <- function() tokens[place <<- place + 1]
  closes <- function(mark) {
    if (tokens[place + 1] == mark) take() == mark else FALSE
  }
  members <- function(mark, is_named) {
    found <- list()
    names <- character(0)
    if (closes(mark)) return(found)
    repeat {
      if (is_named) {
        names <- c(names, unquoted(take()))
        take()
      }
      found[[length(found) + 1]] <- value()
      if (take() == mark) break
    }
    if (is_named) setNames(found, names) else found
  }
  value <- function() {
    token <- take()
    first <- substr(token, 1, 1)
    if (first == "{") return(members("}", TRUE))
    if (first == "[") return(members("]", FALSE))
    if (first == '"') return(unquoted(token))
    switch(token, true = TRUE, false = FALSE, null = NA, as.numeric(token))
  }
  value()
}

unquoted <- function(token) {
  text <- substr(token, 2, nchar(token) - 1)
  for (code in unique(regmatches(text, gregexpr("\\\\u[0-9a-fA-F]{4}", text))[[1]]))
    text <- gsub(code, intToUtf8(strtoi(substr(code, 3, 6), 16L)), text, fixed = TRUE)
  gsub("\\\\(.)", "\\1", text)
}

is_known <- function(value) length(value) == 1 && !is.na(value)
codes_of <- function(values) vapply(values, as.character, "")

AT <- c("est", "surv", "se", "lower", "upper", "at_risk", "events")
MEDIAN <- c("n", "median", "median_lower", "median_upper")
TEST <- c("chisq", "df", "p")
TERM <- c("coef", "se", "hr", "lower", "upper", "z", "p", "lr_p", "ph_p")
FOLLOW_UP <- c("n", "events", "median", "lower", "upper")
NUMERIC <- c("n", "missing", "median", "q1", "q3", "min", "max", "mean", "sd")
SHARE <- c("count", "of", "est", "lower", "upper")

reported_figures <- function(report) {
  report <- Filter(is.list, report)
  found <- list()
  pick <- function(id, group, day, held, names, head = "") {
    if (!is.list(held)) return(invisible())
    for (name in intersect(names, names(held)))
      found[[length(found) + 1]] <<- c(id, group, as.character(day), paste0(head, name), held[[name]])
  }
  # A group of which nobody can be analysed is null.
  each <- function(held, act) for (name in names(Filter(is.list, held))) act(name, held[[name]])
  for (told in report$incidence) {
    each(told$groups, function(group, own) {
      pick(told$id, group, "", own, MEDIAN)
      pick(told$id, group, "", own$n_events, names(own$n_events), "n_events_")
      for (at in own$at) pick(told$id, group, at$day, at, AT)
      for (at in own$competing_at) pick(told$id, group, at$day, at, AT, "competing_")
    })
    each(told$gray, function(cause, test) pick(told$id, "", "", test, TEST, paste0("gray_", cause, "_")))
  }
  for (told in report$survival) {
    each(told$groups, function(group, own) {
      pick(told$id, group, "", own, c(MEDIAN, "n_events"))
      for (at in own$at) pick(told$id, group, at$day, at, AT)
    })
    pick(told$id, "", "", told$log_rank, TEST, "log_rank_")
  }
  for (told in report$models) {
    pick(told$id, "", "", told, c("n", "n_events", "concordance"))
    each(told$tests, function(name, test) pick(told$id, "", "", test, TEST, paste0(name, "_")))
    pick(told$id, "", "", told$ph_global, TEST, "ph_global_")
    for (term in told$terms) pick(told$id, term$name, "", term, TERM)
  }
  shares <- c(list(response = report$response$overall), report$safety[c("side_effects", "stopped_for_side_effect")])
  each(shares, function(id, groups) each(groups, function(group, share) pick(id, group, "", share, SHARE)))
  pick("response", "", "", report$response, "fisher_p")
  if (is.list(report$flow)) pick("follow_up", "ALL", "", report$flow$follow_up, FOLLOW_UP)
  for (row in report$table_one$rows) {
    id <- paste0("table_one.", row$id)
    if (row$kind == "numeric") each(row$cells, function(group, cell) pick(id, group, "", cell, NUMERIC))
    for (level in row$levels)
      each(level$cells, function(group, cell) pick(paste0(id, "=", level$code), group, "", cell, c("count", "of")))
  }
  told <- do.call(rbind, found)
  data.frame(key = apply(told[, 1:4], 1, paste, collapse = " / "), reported = suppressWarnings(as.numeric(told[, 5])))
}

compare <- function(rows, report) {
  reported <- reported_figures(report)
  own <- data.frame(key = paste(rows$id, rows$group, rows$day, rows$quantity, sep = " / "), value = rows$value)
  both <- merge(own, reported, by = "key")
  is_off <- xor(is.na(both$value), is.na(both$reported))
  both$deviation <- abs(both$value - both$reported) / pmax(1, abs(both$reported))
  both$deviation[is.na(both$deviation)] <- 0
  both$deviation[is_off] <- Inf
  both <- both[order(-both$deviation), ]
  cat(nrow(both), "figures of the report compared,", sum(!reported$key %in% own$key), "of the report not repeated.\n")
  cat("Worst deviation:", format(max(both$deviation)), "\n")
  beyond <- both[both$deviation > TOLERANCE, ]
  if (nrow(beyond)) print(head(beyond, 20), digits = 12, row.names = FALSE)
  if (nrow(both) == 0 || nrow(beyond)) quit(status = 1)
}
