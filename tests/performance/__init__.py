"""What is measured against a budget: `make bench`, or `python -m tests.performance upload freeze` for some of it.

A measurement is a module `bench_<topic>.py` here that runs by itself (`python -m tests.performance.bench_start`), makes
what database it needs with `tests.database.prepared_server(throw_away=False)`, and prints one JSON object a line.
"""
