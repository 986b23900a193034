"""The demonstration: simulated hospitals, people and cases, and a generator of simulated registries of any size.

Nothing here describes a real person, and every place that shows it says that it is simulated.
"""
