"""Relying parties: the rules on their metadata, their registration, their secrets."""
