"""Survival and competing-risk estimators on plain arrays: numpy and scipy alone, no Django, no data frames.

Times are days from one clock, >= 0; a status is 0 (censored) or a cause from 1. Missing values are refused: who calls
leaves them out and counts them. What cannot be estimated is None, nan in an array, or `errors.NotEstimable`.
"""
