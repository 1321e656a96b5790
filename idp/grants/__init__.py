"""What users have allowed clients, and how everything issued on the strength of it ends."""
