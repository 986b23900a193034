# Take the CSV package of a release out, see that its bytes are those that were promised, and load it.
# Run: Rscript release_into_r.R [name of the release] [--accept-terms]      (the latest without a name)
# Needs jsonlite and curl; in a session of R, source() leaves the tables in the list `release`.
given <- commandArgs(TRUE)
url <- sub("/$", "", Sys.getenv("QUELL_URL"))
token <- Sys.getenv("QUELL_TOKEN")
stop_with <- function(...) { message(...); quit(status = 1) }
if (url == "" || token == "") stop_with("Set QUELL_URL and QUELL_TOKEN first.")

ask <- function(address, method = "GET") {
  if (!startsWith(address, "http")) address <- paste0(url, address)
  for (attempt in 1:6) {
    handle <- curl::new_handle(customrequest = method)
    curl::handle_setheaders(handle, Authorization = paste("Bearer", token))
    answer <- tryCatch(curl::curl_fetch_memory(address, handle),
      error = function(failed) stop_with("The registry at ", url, " cannot be reached: ", conditionMessage(failed)))
    if (!answer$status_code %in% c(429, 503)) break
    wait <- suppressWarnings(as.numeric(curl::parse_headers_list(answer$headers)[["retry-after"]]))
    Sys.sleep(if (length(wait) == 1 && !is.na(wait)) wait else 2^attempt)
  }
  if (answer$status_code < 400) return(answer$content)
  problem <- tryCatch(jsonlite::fromJSON(rawToChar(answer$content), simplifyVector = FALSE), error = function(e) list())
  errors <- vapply(problem$errors, function(error) paste0("\n  ", error$field, ": ", error$message, " ", error$remedy), "")
  detail <- if (is.null(problem$detail)) paste("The registry answered", answer$status_code) else problem$detail
  stop_with(detail, errors)
}
read <- function(address) {
  text <- rawToChar(ask(address))
  Encoding(text) <- "UTF-8"
  jsonlite::fromJSON(text, simplifyVector = FALSE)
}
sha256 <- function(file) {
  if ("sha256sum" %in% getNamespaceExports("tools")) return(unname(getExportedValue("tools", "sha256sum")(file)))
  strsplit(system2("sha256sum", shQuote(file), stdout = TRUE), " ")[[1]][1] # R before 4.5; of macOS and Linux
}

releases <- read("/api/releases/?state=PUBLISHED&limit=200")$results
name <- given[!startsWith(given, "--")]
if (length(name)) releases <- Filter(function(one) one$name == name[1], releases)
if (!length(releases)) stop_with("There is no such release, or none that you were given.")
one <- read(releases[[1]]$url)
if (is.null(one$terms$accepted_at)) {
  if (!"--accept-terms" %in% given) {
    stop_with("Read the terms, then run this again with --accept-terms:\n- ", paste(one$terms$sentences, collapse = "\n- "))
  }
  invisible(ask(one$accept_terms, "POST"))
}
packages <- read(paste0(one$packages_url, "?level=", one$level))$results
package <- Filter(function(one) one$format == "CSV" && !is.null(one$file), packages)
if (!length(package)) stop_with("This release has no CSV package at your level.")
writeBin(ask(package[[1]]$file), package[[1]]$filename)
if (sha256(package[[1]]$filename) != package[[1]]$sha256) stop_with("The file is not what was promised: take it again.")
folder <- sub("[.]zip$", "", package[[1]]$filename)
unzip(package[[1]]$filename, exdir = folder)
source(file.path(folder, "load.R"), encoding = "UTF-8")
release <- load_release()
for (table in names(release)) cat(sprintf("%s: %d rows, %d columns\n", table, nrow(release[[table]]), ncol(release[[table]])))
