"""Specs of the edit checks: for each a hit, a miss, and a value that is missing."""
