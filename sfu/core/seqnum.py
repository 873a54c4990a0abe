"""Arithmetic on numbers that wrap: 16-bit sequences, 32-bit timestamps, picture ids.

No state is kept here. "Unwrapped" means an ordinary integer whose low bits are the number on the wire; it may
be negative when a packet arrives from before the first one. Source: RFC 1982 and RFC 3550 appendix A.1.
"""

MASK16 = 0xFFFF
MASK32 = 0xFFFF_FFFF


def difference16(later: int, earlier: int) -> int:
    """Return ``later - earlier`` the short way round, from -32768 to 32767."""
    return ((later - earlier + 0x8000) & MASK16) - 0x8000


def difference32(later: int, earlier: int) -> int:
    """Return ``later - earlier`` the short way round, from -2**31 to 2**31 - 1."""
    return ((later - earlier + 0x8000_0000) & MASK32) - 0x8000_0000


def unwrap16(number: int, reference: int) -> int:
    """Return the integer nearest to ``reference`` whose low 16 bits are ``number``."""
    return reference + difference16(number, reference)


def unwrap16_below(number: int, highest: int) -> int:
    """Return the greatest integer up to ``highest`` whose low 16 bits are ``number``."""
    return highest - ((highest - number) & MASK16)
