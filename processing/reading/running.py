"""Running text from a prepared tree: Trafilatura, with settings that fit a tree already narrowed to the body."""

from copy import deepcopy

from lxml.etree import _Element
from lxml.html import Element, HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import DEFAULT_CONFIG, Document, Extractor

from processing.reading.rejections import Finding
from processing.reading.tree import squeeze
from processing.records import Reason


def _options() -> Extractor:
    """Return settings without the minimum under which Trafilatura looks for text elsewhere on the page."""
    config = deepcopy(DEFAULT_CONFIG)
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "1"
    config["DEFAULT"]["MIN_OUTPUT_SIZE"] = "1"
    return Extractor(config=config, fast=True, comments=False, tables=True, with_metadata=False)


_OPTIONS = _options()
MAX_PARAGRAPHS = 3000
"""No article has more; the time that Trafilatura takes grows with their square."""


def _plain(element: _Element) -> str:
    return squeeze("".join(str(text) for text in element.itertext()))


def paragraphs(article: HtmlElement) -> list[str] | Finding:
    """Return the paragraphs that Trafilatura reads from an `article` element, subheads and table rows among them."""
    if len(article) > MAX_PARAGRAPHS:
        return Finding(Reason.TOO_LARGE, f"more than {MAX_PARAGRAPHS} paragraphs")
    root = Element("html")
    body = Element("body")
    root.append(body)
    body.append(article)
    document = bare_extraction(root, options=_OPTIONS)
    if not isinstance(document, Document) or document.body is None:
        return []
    found: list[str] = []
    for block in document.body:
        rows = [" | ".join(filter(None, (_plain(cell) for cell in row))) for row in block.iter("row")]
        found.extend(rows or [_plain(block)])
    return [text for text in found if text]
