"""Recomputes reference analyses, which another program made and a folder holds, and compares every number of them.

A folder has one data set per JSON file, with a CSV file of the same name; the README beside the reference vectors of
the tests describes both. Nothing here is used by a report.
"""
