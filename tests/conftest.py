"""Fixtures for all tests."""

from tests.kafka import kafka, kafka_broker

__all__ = ["kafka", "kafka_broker"]
