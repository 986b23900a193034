# Recomputes the figures of a study report from the CSV package of its release, with packages survival and cmprsk.
#
#   Rscript recompute.R PACKAGE_FOLDER              writes recomputed.csv into the working folder
#   Rscript recompute.R PACKAGE_FOLDER report.json  does so and compares; exit 1 beyond 1e-6
#
# Needs compare.R, cohort.R and plan.json beside it; plan.json says what the report has. Deviations are relative to the
# larger of 1 and the reported value. Not repeated: sensitivity analyses, imputation, penalised models, infections, the
# tests of Table 1.

absent <- Filter(function(name) !requireNamespace(name, quietly = TRUE), c("survival", "cmprsk"))
if (length(absent)) {
  names <- paste0('"', absent, '"', collapse = ", ")
  stop("Install what is missing first: install.packages(c(", names, "))", call. = FALSE)
}
suppressPackageStartupMessages({
  library(survival)
  library(cmprsk)
})
# Rscript writes a blank of the path as ~+~.
script <- gsub("~+~", " ", sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1]), fixed = TRUE)
for (name in c("compare.R", "cohort.R")) source(file.path(dirname(script), name))

# --- the figures ------------------------------------------------------------------------------------------------------
figures <- new.env()
put <- function(id, group, day, quantity, value) {
  row <- data.frame(id = id, group = group, day = as.character(day), quantity = quantity, value = as.numeric(value))
  figures$rows[[length(figures$rows) + 1]] <- row
}

limits <- function(est, se) {
  inside <- est > 0 & est < 1 - 1e-12
  safe <- ifelse(inside, est, 0.5)
  width <- exp(qnorm(0.975) * se / abs(safe * log(safe)))
  list(lower = ifelse(inside, safe^width, NA), upper = ifelse(inside, safe^(1 / width), NA))
}

rises_to_half <- function(times, curve) {
  reached <- which(curve >= 0.5 - 1e-9)
  if (length(reached)) times[reached[1]] else NA
}

at_day <- function(times, values, day, last, start) {
  if (day > last) return(NA)
  row <- sum(times <= day)
  if (row == 0) start else values[row]
}

# NULL where nothing varies, as when everybody dies on one day: there is no test then.
if_any <- function(test) tryCatch(test, error = function(error) NULL)

incidence_figures <- function(told, rows) {
  if (!nrow(rows)) return(invisible())
  for (group in c("ALL", with_group(rows))) {
    own <- of_group(rows, group)
    # cuminc refuses a group in which nobody has an event.
    found <- if (any(own$STATUS > 0)) cuminc(own$TIME, own$STATUS, cencode = 0)
    put(told$id, group, "", "n", nrow(own))
    for (cause in 1:2) cause_figures(told, group, own, found[[paste(1, cause)]], cause)
  }
  grouped <- rows[!is.na(rows$GROUP), ]
  if (length(with_group(rows)) < 2 || !any(grouped$STATUS > 0)) return(invisible())
  tests <- if_any(cuminc(grouped$TIME, grouped$STATUS, grouped$GROUP, cencode = 0)$Tests)
  for (cause in rownames(tests)) {
    put(told$id, "", "", paste0("gray_", cause, "_chisq"), tests[cause, "stat"])
    put(told$id, "", "", paste0("gray_", cause, "_df"), tests[cause, "df"])
    put(told$id, "", "", paste0("gray_", cause, "_p"), tests[cause, "pv"])
  }
}

cause_figures <- function(told, group, own, curve, cause) {
  if (is.null(curve)) curve <- list(time = 0, est = 0, var = 0)
  # A variance of 0 can come out a rounding below it.
  se <- sqrt(pmax(curve$var, 0))
  bounds <- limits(curve$est, se)
  put(told$id, group, "", paste0("n_events_", cause), sum(own$STATUS == cause))
  if (cause == 1) {
    put(told$id, group, "", "median", rises_to_half(curve$time, curve$est))
    put(told$id, group, "", "median_lower", rises_to_half(curve$time, bounds$upper))
    put(told$id, group, "", "median_upper", rises_to_half(curve$time, bounds$lower))
  }
  prefix <- if (cause == 1) "" else "competing_"
  values <- list(est = curve$est, se = se, lower = bounds$lower, upper = bounds$upper)
  for (day in unlist(told$days)) {
    for (name in names(values))
      put(told$id, group, day, paste0(prefix, name), at_day(curve$time, values[[name]], day, max(own$TIME), 0))
    put(told$id, group, day, paste0(prefix, "events"), sum(own$TIME <= day & own$STATUS == cause))
    put(told$id, group, day, paste0(prefix, "at_risk"), sum(own$TIME >= day))
  }
}

survival_figures <- function(told, rows) {
  if (!nrow(rows)) return(invisible())
  for (group in c("ALL", with_group(rows))) {
    own <- of_group(rows, group)
    fit <- survfit(Surv(TIME, STATUS == 1) ~ 1, data = own, conf.type = "log-log")
    half <- quantile(fit, 0.5)
    put(told$id, group, "", "n", nrow(own))
    put(told$id, group, "", "n_events", sum(own$STATUS == 1))
    put(told$id, group, "", "median", half$quantile)
    put(told$id, group, "", "median_lower", half$lower)
    put(told$id, group, "", "median_upper", half$upper)
    bounds <- limits(fit$surv, fit$surv * fit$std.err)
    values <- list(surv = fit$surv, se = fit$surv * fit$std.err, lower = bounds$lower, upper = bounds$upper)
    starts <- c(surv = 1, se = 0, lower = NA, upper = NA)
    for (day in unlist(told$days)) {
      for (name in names(values))
        put(told$id, group, day, name, at_day(fit$time, values[[name]], day, max(own$TIME), starts[[name]]))
      put(told$id, group, day, "events", sum(own$TIME <= day & own$STATUS == 1))
      put(told$id, group, day, "at_risk", sum(own$TIME >= day))
    }
  }
  grouped <- rows[!is.na(rows$GROUP), ]
  if (length(with_group(rows)) < 2 || !any(grouped$STATUS == 1)) return(invisible())
  test <- if_any(survdiff(Surv(TIME, STATUS == 1) ~ GROUP, data = grouped))
  if (is.null(test)) return(invisible())
  df <- length(test$n) - 1
  put(told$id, "", "", "log_rank_chisq", test$chisq)
  put(told$id, "", "", "log_rank_df", df)
  put(told$id, "", "", "log_rank_p", pchisq(test$chisq, df, lower.tail = FALSE))
}

model_figures <- function(told, rows) {
  columns <- vapply(told$covariates, function(covariate) covariate$column, "")
  if (told$entry) rows <- rows[!is.na(rows$ENTRYDY) & as.numeric(rows$ENTRYDY) < rows$TIME, ]
  rows <- rows[complete.cases(rows[columns]), ]
  for (covariate in told$covariates) {
    held <- rows[[covariate$column]]
    is_coded <- is_known(covariate$reference)
    rows[[covariate$column]] <- if (is_coded) relevel(factor(held), covariate$reference) else as.numeric(held)
  }
  rows$EVENT <- rows$STATUS == told$cause
  left <- if (told$entry) "Surv(as.numeric(ENTRYDY), TIME, EVENT)" else "Surv(TIME, EVENT)"
  fit <- cox(as.formula(paste(left, "~", paste(columns, collapse = " + "))), rows)
  if (!is.null(fit)) fit_figures(told, fit, columns, rows)
}

# NULL where a coefficient runs away or the model cannot be fitted.
cox <- function(formula, rows) {
  runs_away <- FALSE
  control <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 60)
  fit <- withCallingHandlers(
    tryCatch(coxph(formula, data = rows, ties = "efron", control = control, x = TRUE), error = function(error) NULL),
    warning = function(warning) {
      runs_away <<- TRUE
      invokeRestart("muffleWarning")
    }
  )
  if (is.null(fit) || runs_away || anyNA(coef(fit))) NULL else fit
}

fit_figures <- function(told, fit, columns, rows) {
  table <- summary(fit)
  put(told$id, "", "", "n", fit$n)
  put(told$id, "", "", "n_events", fit$nevent)
  put(told$id, "", "", "loglik_null", fit$loglik[1])
  put(told$id, "", "", "loglik", fit$loglik[2])
  put(told$id, "", "", "concordance", fit$concordance[["concordance"]])
  chisq <- c(lr = 2 * diff(fit$loglik), wald = fit$wald.test[[1]], score = fit$score)
  for (name in names(chisq)) test_figures(told$id, paste0(name, "_"), chisq[[name]], length(coef(fit)))
  proportional <- if_any(cox.zph(fit, transform = "km")$table)
  if (!is.null(proportional)) {
    whole <- proportional["GLOBAL", ]
    test_figures(told$id, "ph_global_", whole[["chisq"]], whole[["df"]])
  }
  for (column in columns) {
    of_column <- fit$assign[[column]]
    if (is.null(of_column)) of_column <- grep(paste0("^", column), names(coef(fit)))
    for (place in of_column)
      term_figures(told$id, table, place, column, lr_of(fit, column, columns, rows), proportional)
  }
}

test_figures <- function(id, head, chisq, df) {
  put(id, "", "", paste0(head, "chisq"), chisq)
  put(id, "", "", paste0(head, "df"), df)
  put(id, "", "", paste0(head, "p"), pchisq(chisq, df, lower.tail = FALSE))
}

# The likelihood-ratio test of one covariate: the model with and without it.
lr_of <- function(fit, column, columns, rows) {
  others <- setdiff(columns, column)
  smaller <- fit$loglik[1]
  if (length(others)) {
    without <- cox(as.formula(paste(deparse1(formula(fit)[[2]]), "~", paste(others, collapse = " + "))), rows)
    if (is.null(without)) return(NA)
    smaller <- without$loglik[2]
  }
  df <- if (is.factor(rows[[column]])) nlevels(rows[[column]]) - 1 else 1
  pchisq(2 * (fit$loglik[2] - smaller), df, lower.tail = FALSE)
}

term_figures <- function(id, table, place, column, lr_p, proportional) {
  own <- rownames(table$coefficients)[place]
  name <- if (own == column) column else paste0(column, "=", substring(own, nchar(column) + 1))
  row <- table$coefficients[place, ]
  bounds <- exp(row[["coef"]] + c(-1, 1) * qnorm(0.975) * row[["se(coef)"]])
  values <- c(
    coef = row[["coef"]], se = row[["se(coef)"]], hr = row[["exp(coef)"]], lower = bounds[1], upper = bounds[2],
    z = row[["z"]], p = row[["Pr(>|z|)"]], lr_p = lr_p
  )
  if (!is.null(proportional)) values <- c(values, ph_p = proportional[column, "p"])
  for (quantity in names(values)) put(id, name, "", quantity, values[[quantity]])
}

share_figures <- function(id, people, has) {
  for (group in c("ALL", with_group(people))) {
    known <- has[!is.na(has) & (group == "ALL" | people$GROUP %in% group)]
    put(id, group, "", "count", sum(known))
    put(id, group, "", "of", length(known))
    bounds <- if (length(known)) binom.test(sum(known), length(known))$conf.int else c(NA, NA)
    put(id, group, "", "est", if (length(known)) mean(known) else NA)
    put(id, group, "", "lower", bounds[1])
    put(id, group, "", "upper", bounds[2])
  }
}

fisher_figures <- function(id, people, has) {
  number_with <- function(group, value) sum(people$GROUP %in% group & has %in% value)
  of_value <- function(value) vapply(GROUPS, number_with, 0, value = value)
  table <- rbind(of_value(TRUE), of_value(FALSE))
  if (all(colSums(table) > 0)) put(id, "", "", "fisher_p", fisher.test(table)$p.value)
}

# Median follow-up: Kaplan-Meier with event and censoring exchanged.
follow_up_figures <- function(told, rows) {
  if (!nrow(rows)) return(invisible())
  half <- quantile(survfit(Surv(TIME, STATUS != 1) ~ 1, data = rows, conf.type = "log-log"), 0.5)
  values <- c(
    n = nrow(rows), events = sum(rows$STATUS != 1),
    median = half$quantile[[1]], lower = half$lower[[1]], upper = half$upper[[1]]
  )
  for (quantity in names(values)) put(told$id, "ALL", "", quantity, values[[quantity]])
}

table_one_figures <- function(told, people) {
  id <- paste0("table_one.", told$id)
  for (group in c("ALL", with_group(people))) {
    values <- of_group(people, group)[[told$column]]
    known <- values[!is.na(values)]
    if (told$kind == "numeric") numeric_figures(id, group, as.numeric(known), length(values))
    for (code in unlist(told$levels)) {
      put(paste0(id, "=", code), group, "", "count", sum(known == code))
      put(paste0(id, "=", code), group, "", "of", length(known))
    }
  }
}

numeric_figures <- function(id, group, known, of) {
  spread <- if (length(known)) quantile(known, c(0.5, 0.25, 0.75, 0, 1), names = FALSE) else rep(NA, 5)
  values <- c(length(known), of - length(known), spread, if (length(known)) mean(known) else NA, sd(known))
  names(values) <- c("n", "missing", "median", "q1", "q3", "min", "max", "mean", "sd")
  for (quantity in names(values)) put(id, group, "", quantity, values[[quantity]])
}

recomputed <- function(package, plan) {
  adsl <- sheet(package, "adsl")
  people <- cohort(adsl, plan)
  adtte <- sheet(package, "adtte")
  for (told in plan$incidence) incidence_figures(told, endpoint(adtte, people, told$parameter))
  for (told in plan$survival) survival_figures(told, endpoint(adtte, people, told$parameter))
  for (told in plan$models) model_figures(told, endpoint(adtte, people, told$parameter))
  for (told in plan$follow_up) follow_up_figures(told, endpoint(adtte, people, told$parameter))
  for (told in plan$shares) {
    has <- has_it(package, people, told)
    share_figures(told$id, people, has)
    if (told$fisher) fisher_figures(told$id, people, has)
  }
  for (told in plan$table_one) table_one_figures(told, people)
  do.call(rbind, figures$rows)
}

# Whether each subject has a flag of ADSL, or at least one row of another dataset with a flag.
has_it <- function(package, people, told) {
  if (told$dataset == "adsl") return(people[[told$column]] == "1")
  rows <- sheet(package, told$dataset)
  people$USUBJID %in% rows$USUBJID[rows[[told$column]] %in% "1"]
}

# --- from the command line ------------------------------------------------------------------------------------
arguments <- commandArgs(trailingOnly = TRUE)
if (!length(arguments)) stop("Say where the unpacked CSV package is: Rscript recompute.R PACKAGE_FOLDER [report.json]")
plan <- read_json(file.path(dirname(script), "plan.json"))
check_release(arguments[1], plan)
rows <- recomputed(arguments[1], plan)
shown <- transform(rows, value = ifelse(is.na(value), "", formatC(value, digits = 17, format = "g")))
write.csv(shown, "recomputed.csv", row.names = FALSE, quote = FALSE)
cat(nrow(rows), "figures written to recomputed.csv.\n")
if (length(arguments) > 1) compare(rows, read_json(arguments[2]))
