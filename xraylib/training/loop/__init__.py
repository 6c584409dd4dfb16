"""What the training process does: epochs, checkpoints, results."""
