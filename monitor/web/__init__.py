"""What a person or a program sees of the running service: the live page, its JSON, metrics and health."""
