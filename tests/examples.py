"""How many examples a property test draws."""

import os


def examples(few: int, many: int) -> int:
    """Return `few`, and `many` in `make test-all`: for a property of which one example takes long."""
    return many if os.environ.get("SILLOK_TEST_ALL") else few
