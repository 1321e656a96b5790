"""The subject identifier (OpenID Connect Core §8): the same `sub` for every client, so far."""

from __future__ import annotations

METADATA = {"subject_types_supported": ["public"]}
