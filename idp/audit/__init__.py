"""What happened: one catalogue, and for each event a row, a log line and a counter."""
