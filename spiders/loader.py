"""Lets `scrapy list` and `scrapy crawl NAME` see the outlets."""

from collections.abc import Sequence
from typing import Self

from scrapy import Spider
from scrapy.http import Request
from scrapy.settings import BaseSettings

from spiders.outlets import outlets
from spiders.spider import spider_for


class OutletLoader:
    """Scrapy's loader, filled from the registry of outlets instead of from modules of spider classes."""

    def __init__(self) -> None:
        self.outlets = dict(outlets())

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:  # noqa: ARG003 - Scrapy's interface
        return cls()

    def load(self, spider_name: str) -> type[Spider]:
        return spider_for(self.outlets[spider_name])

    def list(self) -> list[str]:
        return list(self.outlets)

    def find_by_request(self, request: Request) -> Sequence[str]:  # noqa: ARG002 - Scrapy's interface
        return []
