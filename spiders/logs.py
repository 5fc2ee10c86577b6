"""How a crawl speaks: text for a person, JSON lines for a task."""

import json
import logging
import sys


def plain(text: str) -> str:
    """Return `text` without what could steer a terminal: parts of it come from the web."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def level_of(name: str) -> int:
    """Return the number of a log level."""
    return logging.getLevelNamesMapping().get(str(name).upper(), logging.INFO)


def is_warning(record: logging.LogRecord) -> bool:
    """Return whether a record is more than news; a filter for loggers that greet."""
    return record.levelno >= logging.WARNING


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
