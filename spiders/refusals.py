"""Why a request was not sent, or its answer not taken: the exception that ends in a row of the fetch log."""

from scrapy.exceptions import IgnoreRequest

from processing.records import Why


class Refusal(IgnoreRequest):
    """A middleware ended a visit; `why`, `detail` and the status of a redirect go into the fetch log.

    A failure is not `counted` against the page where the page was not asked: its host is closed, or we are stopping.
    """

    def __init__(self, why: Why, detail: str, *, status: int | None = None, counted: bool = True) -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail
        self.status = status
        self.counted = counted
