# Loads release @RELEASE@. Needs R alone, no package.
#
#   Rscript load.R                          says how many rows and columns each sheet has
#   source("load.R")                        from any folder: source("path/to/load.R")
#   release <- load_release()               list(patient = data frame, ...)
#   release <- load_release(words = TRUE)   labels instead of codes
#   attr(release$patient$sex, "label")      label of a column; "unit" and "codes" are there as well
#
# Coded columns are factors with their levels in the declared order, whole numbers integers, decimals numbers, yes/no
# is 1 or 0. A column that ends in __mr says why its neighbour is empty. Every file is checked against manifest.json
# first: by SHA-256 where this R has it (4.5 and later), else by MD5, which finds damage.

release_folder <- local({
  given <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
  # Rscript writes a space in the path of its script like this.
  given <- gsub("~+~", " ", given, fixed = TRUE)
  sourced <- unlist(lapply(sys.frames(), function(frame) frame$ofile))
  file <- if (length(sourced)) sourced[length(sourced)] else if (length(given)) given[1] else "load.R"
  # source(chdir = TRUE) has gone to the folder already.
  if (!file.exists(file)) file <- basename(file)
  dirname(normalizePath(file, mustWork = FALSE))
})

column <- function(label, type, unit, codes = character(), labels = character()) {
  list(label = label, type = type, unit = unit, codes = codes, labels = labels)
}

release_sheets <- list(
# @SHEETS@
)

load_release <- function(folder = release_folder, words = FALSE) {
  manifest <- check_release(folder)
  counted <- c(manifest$tables, manifest$datasets)
  rows <- vapply(counted, function(sheet) sheet$rows, numeric(1))
  names(rows) <- vapply(counted, function(sheet) sheet$name, "")
  lapply(stats::setNames(names(release_sheets), names(release_sheets)), function(name) {
    sheet <- release_sheets[[name]]
    frame <- read_sheet(file.path(folder, sheet$file), sheet, words)
    if (nrow(frame) != rows[[name]]) {
      stop(sheet$file, " has ", nrow(frame), " rows, the manifest says ", rows[[name]], ".", call. = FALSE)
    }
    frame
  })
}

check_release <- function(folder = release_folder) {
  sums <- if (exists("sha256sum", asNamespace("tools"))) get("sha256sum", asNamespace("tools")) else tools::md5sum
  kind <- if (identical(sums, tools::md5sum)) "md5" else "sha256"
  if (kind == "sha256") {
    lines <- strsplit(read_text(folder, "checksums.txt"), "\n", fixed = TRUE)[[1]]
    if (!paste0(sums(file.path(folder, "manifest.json"))[[1]], "  manifest.json") %in% lines) {
      stop("manifest.json is not the file that was released.", call. = FALSE)
    }
  }
  manifest <- parse_json(read_text(folder, "manifest.json"))
  for (told in manifest$files) {
    found <- suppressWarnings(sums(file.path(folder, told$path)))[[1]]
    if (is.na(found)) stop(told$path, " is missing or cannot be read.", call. = FALSE)
    if (found != told[[kind]]) stop(told$path, " is not the file that was released.", call. = FALSE)
  }
  manifest
}

read_text <- function(folder, name) {
  path <- file.path(folder, name)
  if (!file.exists(path)) stop(name, " is missing or cannot be read.", call. = FALSE)
  paste(readLines(path, encoding = "UTF-8", warn = FALSE), collapse = "\n")
}

# Enough JSON for a manifest: every object becomes a named list, every array a list.
parse_json <- function(text) {
  pattern <- '"(\\\\.|[^"\\\\])*"|-?[0-9][-+.eE0-9]*|true|false|null|[][{}:,]'
  tokens <- regmatches(text, gregexpr(pattern, text, perl = TRUE))[[1]]
  at <- 0
  take <- function() {
    at <<- at + 1
    if (at > length(tokens)) stop("manifest.json is cut short.", call. = FALSE)
    tokens[at]
  }
  value <- function(token = take()) {
    if (token == "{") return(members("}", TRUE))
    if (token == "[") return(members("]", FALSE))
    if (startsWith(token, '"')) return(unquote(token))
    switch(token, true = TRUE, false = FALSE, null = NULL, as.numeric(token))
  }
  members <- function(end, named) {
    found <- list()
    names <- character()
    token <- take()
    while (token != end) {
      if (token == ",") token <- take()
      if (named) {
        names <- c(names, unquote(token))
        take()
        token <- take()
      }
      found[length(found) + 1] <- list(value(token))
      token <- take()
    }
    if (named) stats::setNames(found, names) else found
  }
  unquote <- function(token) gsub('\\\\(["\\\\/])', "\\1", substr(token, 2, nchar(token) - 1), perl = TRUE)
  value()
}

read_sheet <- function(path, sheet, words) {
  frame <- tryCatch(
    utils::read.csv(path, colClasses = "character", na.strings = "", encoding = "UTF-8", check.names = FALSE),
    error = function(problem) stop(sheet$file, " cannot be read: ", conditionMessage(problem), call. = FALSE)
  )
  if (!identical(names(frame), names(sheet$columns))) {
    stop(sheet$file, " has other columns than the release.", call. = FALSE)
  }
  for (name in names(frame)) frame[[name]] <- typed(frame[[name]], sheet$columns[[name]], sheet$file, name, words)
  attr(frame, "label") <- sheet$label
  frame
}

typed <- function(text, told, file, name, words) {
  values <- suppressWarnings(switch(told$type, integer = , "yes/no" = as.integer(text), decimal = as.numeric(text), text))
  if (told$type == "code" && length(told$codes)) {
    # Two codes with one label stay codes: as labels they would become one level.
    labels <- if (words && !anyDuplicated(told$labels)) told$labels else told$codes
    values <- factor(text, levels = told$codes, labels = labels)
  }
  bad <- which(is.na(values) & !is.na(text))
  if (length(bad)) {
    stop(file, ": column ", name, " holds a value in row ", bad[1] + 1, " that was not declared.", call. = FALSE)
  }
  attr(values, "label") <- told$label
  if (nzchar(told$unit)) attr(values, "unit") <- told$unit
  if (length(told$codes)) attr(values, "codes") <- stats::setNames(told$codes, told$labels)
  values
}

# As a program, not when it is sourced.
if (sys.nframe() == 0L && !interactive()) {
  release <- load_release()
  for (name in names(release)) {
    cat(release_sheets[[name]]$file, ": ", nrow(release[[name]]), " rows, ", ncol(release[[name]]), " columns\n", sep = "")
  }
}
