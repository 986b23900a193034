"""Starts the processes of Quell together, keeps their logs, and stops them in order."""
