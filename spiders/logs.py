"""Log records as JSON lines, for the task that runs a command."""

import json
import logging
import sys


def log_as_json(level: str) -> None:
    """Write every log record to stdout as one JSON object."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_JsonLines())
    handler.setLevel(level)
    logging.basicConfig(level=logging.NOTSET, handlers=[handler], force=True)


class _JsonLines(logging.Formatter):
    """One JSON object per line, which a task turns back into log records of the same level."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"level": record.levelname, "logger": record.name, "event": record.getMessage()}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
