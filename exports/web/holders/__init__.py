"""What the pages of a release show to those who may have it."""
