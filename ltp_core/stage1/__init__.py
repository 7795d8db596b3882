"""Stage 1: masked-LM training, and the ticket found from what it changed."""
