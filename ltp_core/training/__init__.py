"""The training loop that both stages share: steps, checkpoints, processes, precision."""
