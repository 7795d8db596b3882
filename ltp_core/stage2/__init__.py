"""Stage 2: a soft prompt and a ticket, trained on a task."""
