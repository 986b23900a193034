"""Pure clinical knowledge: grades, doses, units, scores, dates. Standard library only."""
