"""Records: frozen, closed, and checked again when a value changes."""

import pytest
from pydantic import ValidationError

from processing.records import Author

AUTHOR = Author(name="표가람", role="기자")


def test_an_evolved_record_is_another_one() -> None:
    other = AUTHOR.evolve(email="garam@handeul.test")
    assert (other.name, other.role, other.email) == ("표가람", "기자", "garam@handeul.test")
    assert AUTHOR.email is None


def test_a_misspelt_field_is_an_error() -> None:
    with pytest.raises(ValidationError, match="emial"):
        AUTHOR.evolve(emial="garam@handeul.test")


def test_a_value_of_the_wrong_type_is_an_error() -> None:
    with pytest.raises(ValidationError, match="name"):
        AUTHOR.evolve(name=None)
