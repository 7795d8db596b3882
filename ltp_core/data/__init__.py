"""Files and rows: where the data lie, languages, text, digests. Knows nothing above it."""
