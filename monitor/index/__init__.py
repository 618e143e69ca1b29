"""Which earlier articles may share text with a new one: the candidates."""
