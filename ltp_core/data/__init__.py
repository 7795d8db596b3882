"""Files and rows: where data lie, how they are stored, languages, text. Knows nothing above it."""
