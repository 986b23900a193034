# A case, a row changed on the version that was read, a query and a package, by the client that openapi-generator makes.
# Its types cannot hold a code that is null, so answers are read as they were sent (.parse = FALSE); and a list that is left
# out is sent as an empty one, so `include` is said.
library(quell, lib.loc = commandArgs(TRUE)[1])

client <- function(token) ApiClient$new(base_path = Sys.getenv("QUELL_URL"), bearer_token = token, timeout = 60)
quell <- client(Sys.getenv("QUELL_TOKEN"))
holder <- client(Sys.getenv("QUELL_TOKEN_OF_RELEASES"))
cases <- CaseApi$new(quell)
diseases <- DiseaseApi$new(quell)
queries <- QueriesApi$new(quell)
releases <- ReleasesApi$new(holder)
told <- function(answer) jsonlite::fromJSON(answer$content, simplifyVector = FALSE)

new_case <- CaseInRequest$new("HOU", "R-1", "2025-11-03", "AXI")
made <- told(cases$CaseCreateWithHttpInfo(new_case, .parse = FALSE))
whole <- told(cases$CaseReadWithHttpInfo(made$id, include = list("all"), .parse = FALSE))
new_row <- DiseaseNewRequest$new(DiseaseNewByKeysRequest$new("R-1", diagnosed_on = "2024-03"))
row <- told(diseases$DiseaseCreateWithHttpInfo(disease_new_request = new_row, .parse = FALSE))
tag <- diseases$DiseaseReadWithHttpInfo(row$id, .parse = FALSE)$headers$etag
change <- function(lines) {
  diseases$DiseaseChangeWithHttpInfo(tag, row$id, DiseaseChangeRequest$new(prior_lines = lines), .parse = FALSE)
}
changed <- told(change(3))
late <- change(4)

query <- told(queries$QueryListWithHttpInfo(state = "open", limit = 1, .parse = FALSE))$results[[1]]
answer <- AnswerInRequest$new("CONFIRMED", "As in the chart.")
answered <- told(queries$QueryAnswerWithHttpInfo(query$id, answer, .parse = FALSE))

release <- told(releases$ReleaseListWithHttpInfo(.parse = FALSE))$results[[1]]
package <- told(releases$PackageListWithHttpInfo(release$id, .parse = FALSE))$results[[1]]
invisible(releases$TermsAcceptWithHttpInfo(release$id, .parse = FALSE))
taken <- releases$PackageDownloadWithHttpInfo(release$id, package$id, .parse = FALSE)$response
seen <- list(
  study_id = whole$study_id, courses = length(whole$infusion_course), late = late$status_code,
  lines = changed$prior_lines, state = answered$state, is_whole = length(taken) == package$bytes
)
cat("\n", jsonlite::toJSON(seen, auto_unbox = TRUE), "\n", sep = "")
