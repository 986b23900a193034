# Times of R's survival, cmprsk and stats on the simulated people of a CSV file: median seconds of a call.
# Usage: Rscript survival_reference.R FILE. Prints quantity and seconds, separated by a tab.
path <- commandArgs(TRUE)[1]
has <- function(package) {
  found <- suppressWarnings(suppressMessages(require(package, character.only = TRUE, quietly = TRUE)))
  if (!found) cat("missing\t", package, "\n", sep = "")
  found
}
survives <- has("survival")
competes <- has("cmprsk")

clock <- function() as.numeric(Sys.time())
# Repeated until half a second is spent, at least three times, or once if it is slow; the first call is not counted.
spent <- function(call) {
  gc(verbose = FALSE)
  once <- function() { began <- clock(); call(); clock() - began }
  first <- once()
  if (first > 2) return(first)
  median(replicate(min(200, max(3, floor(.5 / max(first, 1e-6)))), once()))
}
tell <- function(name, call) cat(name, "\t", format(spent(call), digits = 6, scientific = FALSE), "\n", sep = "")

curves <- function(d) {
  if (competes) {
    tell("cuminc", function() timepoints(cuminc(d$time, d$status), 28))
    tell("cuminc and gray", function() cuminc(d$time, d$status, d$group))
  }
  if (survives) {
    tell("km and median", function() quantile(survfit(Surv(time, status > 0) ~ 1, d, conf.type = "log-log"), .5))
    tell("reverse km and median", function() quantile(survfit(Surv(time, status == 0) ~ 1, d, conf.type = "log-log"), .5))
    tell("log-rank", function() survdiff(Surv(time, status > 0) ~ group, d))
  }
}
models <- function(d) {
  fit <- coxph(Surv(time, status == 1) ~ dose + age + kps + ferritin + costim, d)
  tell("cox", function() summary(coxph(Surv(time, status == 1) ~ dose + age + kps + ferritin + costim, d)))
  tell("cox delayed entry and strata", function() {
    summary(coxph(Surv(entry, time, status == 1) ~ dose + age + kps + ferritin + costim + strata(site), d))
  })
  tell("ph test", function() cox.zph(fit, transform = "km"))
  tell("concordance", function() concordance(fit))
}
tables <- function(d, n) {
  tell("fisher 2 x 2", function() fisher.test(table(d$response, d$group), conf.int = FALSE))
  if (n <= 1000) tell("fisher 4 x 2", function() fisher.test(table(d$product, d$group), workspace = 2e7))
  tell("wilcoxon", function() wilcox.test(age ~ group, d, exact = FALSE))
  x <- sum(d$response)
  tell("binomial", function() { binom.test(x, n); prop.test(x, n, correct = FALSE) })
}

d <- read.csv(path, stringsAsFactors = FALSE)
curves(d)
if (survives) models(d)
tables(d, nrow(d))
