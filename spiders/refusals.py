"""Why a request was not sent, or its answer not taken: the exception that ends in a row of the fetch log."""

from scrapy.exceptions import IgnoreRequest

from processing.records import Why


class Refusal(IgnoreRequest):
    """A middleware ended a visit; `why` and `detail` go into the fetch log."""

    def __init__(self, why: Why, detail: str) -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail
