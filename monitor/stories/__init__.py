"""Which story an article joins, and whether that is an alert."""
