"""Sealing what says who a patient is: encrypted values bound to their row, and keyed digests to compare by."""

from sites.crypto.index import blind_index
from sites.crypto.keyring import KeyRing, key_ring
from sites.crypto.sealing import CannotOpen, is_current, key_id, open_sealed, seal

__all__ = ["CannotOpen", "KeyRing", "blind_index", "is_current", "key_id", "key_ring", "open_sealed", "seal"]
