"""What a source lists: values that discovery returns and the spider acts on."""

from dataclasses import dataclass

from processing.records import Stamp


@dataclass(frozen=True, slots=True)
class Link:
    """One link as its source announced it, escapes undone and made absolute, otherwise untouched.

    `text` is the article's text as HTML where the source carries all of it (a full-text feed), else None.
    """

    url: str
    title: str | None = None
    published: Stamp | None = None
    modified: Stamp | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """A sitemap that a sitemap index names."""

    url: str
    modified: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """All that one source listed, in its order and without repeats.

    `problem` says what is wrong with the source, None if nothing; links may be there all the same. `whole` is False
    where the document broke off or was over a limit, so that its end may be missing.
    """

    links: tuple[Link, ...] = ()
    children: tuple[Child, ...] = ()
    problem: str | None = None
    whole: bool = True
