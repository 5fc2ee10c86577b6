"""Runs a Python module and records which of our functions it enters.

Called as `python infra/house/trace.py ROOT RESULT MODULE ARGUMENTS…`. Written to RESULT as JSON:
`functions`, each as [file below ROOT, name], and for the page whose reading enters the most files
`page_files` and `page_names`. RESULT must not exist.

Counted are functions of ROOT that are entered in this process or in a child forked from it, and
bodies of classes, which run when their module is imported; not declarations of outlets (folders
named `outlets`), lambdas, comprehensions and the top level of modules. A reading begins when a
function called `extract` gets a `Page` and ends when it returns. Its names are the parameters and
variables in which the functions entered meanwhile hold the page, an element of its tree, or a
string or bytes, as they return.
"""

import atexit
import json
import runpy
import sys
import threading
from pathlib import Path
from types import FrameType

# Compared by name: importing the types would load modules that then count as entered.
HELD = ("Page", "HtmlElement", "str", "bytes")
"""Names of the types that hold a page, or a part of it, while it is read."""

PageTrace = tuple[set[str], set[str]]
"""Files entered, and names that held a part of the page."""


class Trace:
    """A profile function that collects the functions entered so far."""

    def __init__(self, root: Path) -> None:
        """Count functions of files under `root`."""
        self.functions: set[tuple[str, str]] = set()
        self.page: PageTrace = (set(), set())
        self._prefix = f"{root}/"
        self._reading: tuple[FrameType, PageTrace] | None = None

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """Record a function that begins or returns; the signature is that of `sys.setprofile`."""
        path = frame.f_code.co_filename
        # Lambdas, comprehensions and module bodies have names in angle brackets.
        if (
            event not in ("call", "return")
            or not self._is_ours(path)
            or frame.f_code.co_name.startswith("<")
        ):
            return
        file = path.removeprefix(self._prefix)
        if event == "call":
            self.functions.add((file, frame.f_code.co_qualname))
            if self._reading is None and _is_extract(frame):
                self._reading = (frame, (set(), set()))
        if self._reading is not None:
            self._follow(frame, event, file, *self._reading)

    def _follow(
        self, frame: FrameType, event: str, file: str, start: FrameType, reading: PageTrace
    ) -> None:
        files, names = reading
        files.add(file)
        # Only at its return does a function have all its local variables.
        if event == "return":
            names |= {
                name
                for name, value in frame.f_locals.items()
                if type(value).__name__ in HELD and name != "self"
            }
            if frame is start:
                self.page = max(self.page, reading, key=lambda trace: len(trace[0]))
                self._reading = None

    def _is_ours(self, path: str) -> bool:
        inside = path.startswith(self._prefix) and path != __file__
        return inside and "/.venv" not in path and "/outlets/" not in path

    def write(self, result: Path) -> None:
        """Write the JSON that the module's docstring describes.

        A child that was forked from this process and ended before it has written to the same file;
        its entries are kept.
        """
        files, names = self.page
        # A crawl runs in a child of the process that was started (spiders.crawling.watchdog).
        if result.exists():
            child = json.loads(result.read_text())
            self.functions |= {(file, name) for file, name in child["functions"]}
            if len(child["page_files"]) > len(files):
                files, names = set(child["page_files"]), set(child["page_names"])
        entered = {
            "functions": sorted(self.functions),
            "page_files": sorted(files),
            "page_names": sorted(names),
        }
        result.write_text(json.dumps(entered, ensure_ascii=False))


def _is_extract(frame: FrameType) -> bool:
    code = frame.f_code
    return code.co_name == "extract" and any(
        type(value).__name__ == "Page" for value in frame.f_locals.values()
    )


def main(root: Path, result: Path, module: str, arguments: list[str]) -> None:
    """Run a module as `python -m` does, under the profiler, and keep its exit code."""
    trace = Trace(root)
    # A crawl ends the process itself, so nothing after `run_module` is sure to be reached.
    atexit.register(trace.write, result)
    sys.argv = [module, *arguments]
    threading.setprofile(trace)
    sys.setprofile(trace)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]), sys.argv[3], sys.argv[4:])
