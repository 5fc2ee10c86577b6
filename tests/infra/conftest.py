"""An instance of `make run` in a folder of its own, for the tests of a module."""

from collections.abc import Iterator

import pytest

from infra.run import processes
from tests.infra.instances import Instance


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    made = Instance(tmp_path_factory.mktemp("var"))
    yield made
    processes.sweep(made.folder)
