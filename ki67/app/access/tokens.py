"""Secrets that are handed out once: opaque, and known here only by their hash."""

import hashlib
import secrets


def new_token() -> str:
    """256 bits that nobody can guess."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is stored: enough random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
