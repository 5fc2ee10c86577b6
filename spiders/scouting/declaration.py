"""Writes the module that declares an outlet, from what a look at its site saw.

Pure: text out. A person finishes the docstring and the figures.
"""

import json
import re
from urllib.parse import urlsplit

from processing.errors import UsageError
from processing.records import Rejection
from spiders.outlet import Outlet, identify
from spiders.scouting.looking import Sighting

_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
_BY_HOME = {
    "ndsoft": "/rss/allArticle.xml",
    "article_no": "/data/rss/news.xml",
    "arc": "/arc/outboundfeeds/",
}
"""Families that need nothing but the address of the front page, if their own source answered."""
_KINDS = {"feed": "Feed", "sitemap": "Sitemap", "list": "Listing", "posts": "Listing"}


def check_name(name: str) -> None:
    """Raise UsageError where `name` cannot be that of an outlet."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name for an outlet:"
            " lower-case ASCII letters, digits and _, like its domain"
        )


def module(name: str, seen: Sighting) -> str:
    """Return the source of `spiders/outlets/NAME.py`.

    Raise UsageError where nothing sound can be written.
    """
    check_name(name)
    if seen.declared:
        raise UsageError(f"{seen.home} is declared already: spiders/outlets/{seen.declared}.py")
    if _is_plain(seen):
        return _by_home(name, seen)
    if not (seen.article and seen.useful):
        raise UsageError(
            f"{seen.home}: no source or no pattern of articles was found;"
            " declare it by hand, see CONTRIBUTING.md"
        )
    return _wordpress(name, seen) if _is_wordpress(seen) else _by_sources(name, seen)


def checked(source: str) -> Outlet:
    """Return the outlet that a module's source declares.

    Raise DeclarationError where it contradicts itself.
    """
    space: dict[str, object] = {}
    # Safe: the source was written above, and what came from the site is in it as quoted strings.
    exec(compile(source, "<declaration>", "exec"), space)  # noqa: S102 - as above
    outlet = space["OUTLET"]
    assert isinstance(outlet, Outlet)  # noqa: S101 - both templates end so
    return outlet


def check_guess(outlet: Outlet, seen: Sighting) -> None:
    """Raise UsageError where the declaration matches none of the links that its sources listed."""
    listed = [url for source in seen.useful for url in source.sample]
    if listed and not any(identify(outlet, url) for url in listed):
        raise UsageError(
            f"{seen.home}: the declaration would match none of the {len(listed)} links"
            f" that its sources list, {listed[0]} among them; declare it by hand, see CONTRIBUTING.md"
        )


def _is_plain(seen: Sighting) -> bool:
    path = _BY_HOME.get(seen.family)
    return path is not None and any(path in source.url for source in seen.useful)


def _by_home(name: str, seen: Sighting) -> str:
    family = seen.family
    return f"""{_docstring(seen)}
from spiders.families.{family} import {family}

OUTLET = {family}(
{_head(name, seen)}{_tail(seen)})
"""


def _is_wordpress(seen: Sighting) -> bool:
    return seen.family == "wordpress" and any(
        source.url == f"{seen.home}feed/" for source in seen.useful
    )


def _wordpress(name: str, seen: Sighting) -> str:
    """Declare it by its family; `archive=True` where its list of posts answered."""
    archive = any(source.kind == "posts" for source in seen.useful)
    head, _, rest = (seen.article or "").partition("(?P<id>")
    article, canonical = f"(?P<path>{head})(?P<id>{rest}", "{path}{id}"
    _, _, tail = rest.partition(")")
    canonical += re.sub(r"\\(.)", r"\1", tail)
    listed = [url for source in seen.useful for url in source.sample]
    slash = "/" if not canonical.endswith("/") and all(url.endswith("/") for url in listed) else ""
    return f"""{_docstring(seen)}
import re

from spiders.families.wordpress import wordpress

OUTLET = wordpress(
{_head(name, seen)}    article=re.compile({_pattern(article)}),
    canonical={_text(f"{seen.home.rstrip('/')}{canonical}{slash}")},
{"    archive=True," + chr(10) if archive else ""}{_tail(seen)})
"""


def _by_sources(name: str, seen: Sighting) -> str:
    sources = [f"{_KINDS[source.kind]}({_text(source.url)})" for source in seen.useful]
    kinds = sorted({_KINDS[source.kind] for source in seen.useful} | {"Outlet"})
    listed = "".join(f"        {source},\n" for source in sources)
    hosts = sorted(
        {urlsplit(url).hostname or "" for source in seen.useful for url in source.sample}
        - _hosts(seen)
    )
    also = f"    hosts=({', '.join(map(_text, hosts))},),\n" if hosts else ""
    return f"""{_docstring(seen)}
import re

from spiders.outlet import {", ".join(kinds)}

OUTLET = Outlet(
{_head(name, seen)}    sources=(
{listed}    ),
    article=re.compile({_pattern(seen.article or "")}),
{_canonical(seen)}{also}{_family(seen)}{_tail(seen)})
"""


def _family(seen: Sighting) -> str:
    """Return the field for a WordPress whose feed or posts answered; signs alone make no family."""
    own = (f"{seen.home}feed", f"{seen.home}wp-json/")
    known = seen.family == "wordpress" and any(source.url.startswith(own) for source in seen.useful)
    return f"    family={_text(seen.family)},\n" if known else ""


def _canonical(seen: Sighting) -> str:
    """Return the field for addresses in which nothing but the id varies.

    Else a person decides what belongs to it.
    """
    head, _, rest = (seen.article or "").partition("(?P<id>")
    _, _, tail = rest.partition(")")
    if re.search(r"\[|\\d", head + tail):
        return ""
    before, after = (
        re.sub(r"\\(.)", r"\1", part).replace("{", "{{").replace("}", "}}") for part in (head, tail)
    )
    return f"    canonical={_text(f'{seen.home}{before[1:]}{{id}}{after}')},\n"


def _hosts(seen: Sighting) -> set[str]:
    return {
        urlsplit(seen.home).hostname or "",
        *(urlsplit(source.url).hostname or "" for source in seen.useful),
    }


def _docstring(seen: Sighting) -> str:
    title = re.sub(r"[\"\\\\]|[^\w .,()·&'-]", "", seen.title or urlsplit(seen.home).netloc)
    return f'"""{title[:60]}: say in a line what it is and what is special about it."""\n'


def _head(name: str, seen: Sighting) -> str:
    title = seen.title or urlsplit(seen.home).netloc
    return (
        f"    name={_text(name)},\n    title={_text(title[:60])},\n    home={_text(seen.home)},\n"
    )


def _tail(seen: Sighting) -> str:
    day = f"{seen.at:%Y-%m-%d}"
    evidence = _text(f"`scrapy look` on {day}: {_evidence(seen)}")
    confirmed = f"    confirmed={_text(day)},\n" if _was_read(seen) else ""
    return f"    daily=(1, 500),\n    evidence={evidence},\n{confirmed}"


def _evidence(seen: Sighting) -> str:
    listed, sources = sum(source.links for source in seen.sources), len(seen.useful)
    summary = f"{sources} source{'s' * (sources != 1)} with {listed} links"
    return summary if _was_read(seen) else f"{summary}; no article was read"


def _was_read(seen: Sighting) -> bool:
    """Return whether nothing went wrong: no problem was seen and the sample was an article."""
    return not (seen.problems or isinstance(seen.reading, Rejection))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _pattern(pattern: str) -> str:
    return f'r"{pattern}"' if '"' not in pattern and not pattern.endswith("\\") else _text(pattern)
