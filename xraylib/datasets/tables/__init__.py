"""Tables that people bring: what is in the file, and which rows are about which images."""
