"""How things are told to programs, and what programs may send."""
