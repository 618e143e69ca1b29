"""From an alert to a receiver: the webhook body, the signed attempt, the retry, and a receiver to try it with."""
