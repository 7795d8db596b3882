"""The lab: choose a ticket and train it live in a notebook."""
