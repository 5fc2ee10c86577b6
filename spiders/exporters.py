"""How articles are printed: one record a line, as the archive writes it."""

import os
from typing import Any

from pydantic import BaseModel
from scrapy.exporters import JsonLinesItemExporter

from processing.records.json_lines import escaped


class RecordLines(JsonLinesItemExporter):
    """JSON lines in which a record keeps its own spelling (RFC 3339 times, Hangul as Hangul).

    Where they go is often a terminal, so what one could act on is written as an escape.
    """

    def export_item(self, item: Any) -> None:
        try:
            if isinstance(item, BaseModel):
                self.file.write(escaped(item.model_dump_json()).encode() + b"\n")
            else:
                super().export_item(item)
            self.file.flush()
        except BrokenPipeError:  # whoever read it has enough, like `head`; the archive has not
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())
