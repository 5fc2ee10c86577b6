"""Names of news agencies, reporters' roles and picture credits, and which outlet a name stands for.

The one place that lists them, for reading and for folding. Agencies are listed with their other
spellings: a credit says `연합` or `News1` where the outlet is declared under another name. All other
outlets are known by their declarations: titles, aliases, classes (`OutletFacts`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Agency:
    """A news agency: its name, and the other spellings of it in credits.

    The press reprints the texts of those that are `reprinted` by contract; a `newswire` serves all
    of it with texts and pictures of everything. Of those `abroad`, the press prints mostly `pictures`
    of some.
    """

    name: str
    others: tuple[str, ...] = ()
    reprinted: bool = False
    newswire: bool = False
    abroad: bool = False
    pictures: bool = False


AGENCIES: Final = (
    Agency(
        "연합뉴스",
        ("연합", "yonhap", "yonhapnews", "yna", "연합통신"),
        reprinted=True,
        newswire=True,
    ),
    Agency("뉴시스", ("newsis", "뉴시스통신"), reprinted=True, newswire=True),
    Agency(
        "뉴스1", ("news1", "뉴스1코리아", "뉴스원", "news1korea"), reprinted=True, newswire=True
    ),
    Agency("연합인포맥스", ("인포맥스", "einfomax"), reprinted=True),
    Agency("뉴스핌", ("newspim",), reprinted=True),
    Agency("AP", ("ap통신", "ap연합뉴스"), abroad=True, pictures=True),
    Agency("AFP", ("afp통신", "afp연합뉴스"), abroad=True, pictures=True),
    Agency("EPA", ("epa연합뉴스",), abroad=True, pictures=True),
    Agency("로이터", ("reuters", "로이터통신", "로이터연합뉴스"), abroad=True, pictures=True),
    Agency("블룸버그", ("bloomberg", "블룸버그통신"), abroad=True),
    Agency("신화", ("신화통신", "xinhua"), abroad=True),
    Agency("타스", ("타스통신", "tass"), abroad=True),
    Agency("OSEN"),
)


def _alternatives(agencies: Iterable[Agency]) -> str:
    return "|".join(re.escape(agency.name) for agency in agencies)


NEWSWIRES: Final = _alternatives(agency for agency in AGENCIES if agency.newswire)
"""The names of the newswires, as alternatives of a pattern."""
ABROAD: Final = _alternatives(agency for agency in AGENCIES if agency.abroad)
"""The same of agencies abroad."""
PICTURES_ABROAD: Final = _alternatives(agency for agency in AGENCIES if agency.pictures)
"""The same of those abroad whose pictures the press prints."""
ROLES: Final = (
    "기자", "특파원", "통신원", "논설위원", "객원기자", "인턴기자", "선임기자", "전문기자",
    "시민기자", "명예기자", "리포터", "앵커",
)  # fmt: skip
"""Titles that stand behind reporters' names."""
PICTURE: Final = re.compile(
    r"사진|포토|촬영|캡처|캡쳐|갈무리|그래픽|이미지|영상|동영상|화면|자료"
    r"|일러스트|인포그래픽|게티|photo|DB\b",
    re.IGNORECASE,
)
"""Words in or beside the credit of a picture, never in that of a text."""

_LETTERS = re.compile(r"[\W_]+")


def plain_name(name: str) -> str:
    """Return a media name in lower case, without blanks and marks."""
    return _LETTERS.sub("", name).lower()


@cache
def _known() -> Mapping[str, str]:
    return {
        plain_name(spelling): plain_name(agency.name)
        for agency in AGENCIES
        for spelling in (agency.name, *agency.others)
    }


@cache
def _reprinted() -> frozenset[str]:
    return frozenset(plain_name(agency.name) for agency in AGENCIES if agency.reprinted)


def is_agency(name: str) -> bool:
    """Return whether this is a name of an agency whose texts others reprint by contract."""
    return _known().get(plain_name(name)) in _reprinted()


class Names:
    """Maps names in credits to outlets: declared names and titles first, then agencies' spellings.

    `declared` are pairs of what an outlet is called (its title, its aliases) and its name.
    Spellings of one outlet give one value; a name that no outlet declares stands for itself.
    """

    def __init__(self, declared: Iterable[tuple[str, str]] = ()) -> None:
        self._declared = {plain_name(title): plain_name(name) for title, name in declared}
        # An outlet that is an agency is also found by the agency's other spellings.
        for other, name in _known().items():
            if name in self._declared:
                self._declared.setdefault(other, self._declared[name])

    def standard(self, name: str) -> str:
        """Return the one value that all names of an outlet have; "" for an empty name."""
        plain = plain_name(name)
        return self._declared.get(plain) or _known().get(plain, plain)
