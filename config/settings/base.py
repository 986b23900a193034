"""Settings that hold everywhere. What differs between a desk, a test and a hospital is in dev, test and prod."""
