"""Feeds: when they are polled, how they are fetched and read."""
