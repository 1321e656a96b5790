"""Who is this, and how sure are we. Knows no client and no page."""
