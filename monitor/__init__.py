"""Wirewatch's library: from feed bytes to alert payload, without Faust, usable from any Python program."""
