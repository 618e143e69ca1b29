"""The embedded broker: topics, partitions and consumer groups in one SQLite file, as a Faust transport."""
