"""Pages of Next.js whose text is a string of HTML inside a script, as 한국일보's have been since 2026-01.

The data of such a page is JSON, or JSON within a JavaScript string, so the field is looked for by its name and not by
its place, which changes with each deployment.
"""

import json
import re
from collections.abc import Callable

_DECODER = json.JSONDecoder()
_CLOSING = re.compile(r'(?<!\\)(?:\\{4})*\\"')
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


def field_as_html(name: str) -> Callable[[str], str]:
    """Return a `prepare` that puts the longest JSON string of field `name` at the end of the page's body.

    It becomes `<article id="script-content">`. A page without that field comes back as it is.
    """
    start = re.compile(rf'\\?"{re.escape(name)}\\?"\s*:\s*(?=\\?")')

    def prepare(text: str) -> str:
        found = [value for match in start.finditer(text) if (value := _string(text, match.end()))]
        if not found:
            return text
        end = _BODY_END.search(text)
        place = end.start() if end else len(text)
        return f'{text[:place]}<article id="script-content">{max(found, key=len)}</article>{text[place:]}'

    return prepare


def _string(text: str, start: int) -> str | None:
    """Return the JSON string that begins at `start`, None where none does.

    Inside a JavaScript string it stands with its quotes escaped, and is decoded twice.
    """
    try:
        if text.startswith("\\", start):
            inner, _ = _DECODER.raw_decode(f'"{text[start : _end(text, start)]}"')
            value = _DECODER.decode(inner)
        else:
            value, _ = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, str) else None


def _end(text: str, start: int) -> int:
    """Return where a string ends whose quotes are escaped: behind the first one not escaped once more."""
    found = _CLOSING.search(text, start + 2)
    return found.end() if found else len(text)
