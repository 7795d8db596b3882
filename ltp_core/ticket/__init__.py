"""The ticket: which parameters may be trained, how they are chosen, stored and trained."""
