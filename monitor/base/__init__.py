"""What every stage shares: errors, events, settings, metrics, ids."""
