"""Many bad inputs, and what the library says to them: `python -m tools.torture`."""
