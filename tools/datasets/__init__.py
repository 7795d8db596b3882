"""The tasks and texts in `data/`."""
