"""The embedded broker under a service that runs."""

from __future__ import annotations

from agents.sqlite.log import Log, open_log
from agents.sqlite.transport import log_path
from tests.agents.stage import Stage


def log_of(stage: Stage) -> Log:
    """The log that the roles of a stage run on."""
    return open_log(log_path(stage.settings.broker.url))
