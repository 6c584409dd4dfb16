"""What is known of judged images beside labels, and how good a run is for each of its values."""
