"""The driver of `driver.py` with one more host that resolves and that no outlet has for its home."""

from tests.spiders import driver

driver.OUTLETS.append(driver.outlet("hosts", hosts=("golja.press.test",), paused="only here for its host"))

if __name__ == "__main__":
    driver.main()
