"""Simulated registries of any size for benchmarks: decided and written by the database, one statement per topic."""
