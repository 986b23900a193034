"""The study recomputed from what leaves of a release: endpoints, models, figures, and the code that repeats them."""
