"""What must always be true, said as sentences that run."""
