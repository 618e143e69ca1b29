"""From a feed entry to an article: canonical URL, text, cleaning."""
