"""Errors carry what callers decide by."""

from monitor.base.errors import ConfigError, FetchError, ForbiddenAddress, WirewatchError


def test_a_configuration_error_lists_its_mistakes() -> None:
    error = ConfigError(["web.port: is wrong", "poll: is wrong"])
    assert str(error) == "the configuration has 2 mistakes:\n  - web.port: is wrong\n  - poll: is wrong"
    assert error.faults == ("web.port: is wrong", "poll: is wrong")


def test_a_fetch_error_has_a_reason_and_perhaps_a_pause() -> None:
    error = FetchError("rate_limited", "asks for fewer requests", retry_after_s=60.0)
    assert (str(error), error.reason, error.retry_after_s) == ("asks for fewer requests", "rate_limited", 60.0)
    assert isinstance(error, WirewatchError)


def test_a_forbidden_address_is_a_fetch_error_with_its_own_reason() -> None:
    error = ForbiddenAddress("the host is 127.0.0.1")
    assert isinstance(error, FetchError) and (error.reason, error.retry_after_s) == ("forbidden_address", None)
