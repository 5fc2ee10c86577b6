"""The driver of `driver.py` with one more host that resolves and that no outlet has for its home.

LOOK_DRIVER_MODULE names a module that declares one more outlet, once it is there.
"""

import os
from pathlib import Path

from spiders.scouting.declaration import checked
from tests.spiders import driver

driver.OUTLETS.append(
    driver.outlet("hosts", hosts=("golja.press.test",), paused="only here for its host")
)

module = Path(os.environ.get("LOOK_DRIVER_MODULE", "none"))
if module.is_file():
    driver.OUTLETS.append(checked(module.read_text()))

main = driver.main
