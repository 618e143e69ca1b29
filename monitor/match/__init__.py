"""Whether a candidate pair shares text, how much, where and of what kind."""
