"""What the web server checks before it serves, and its HTTP API."""
