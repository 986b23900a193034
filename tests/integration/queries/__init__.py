"""Data queries: raised, answered, settled and asked again."""
