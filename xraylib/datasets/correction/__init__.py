"""What was decided about single images by hand: another class, tags, and why; and its export."""
