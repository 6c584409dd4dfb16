"""What the command does before it knows what to do, and so must be quick."""
