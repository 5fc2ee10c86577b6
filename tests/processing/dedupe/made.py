"""Documents and windows for the tests of folding; every text is invented."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from infra.bench.composed import compose
from processing.dedupe.fold import Folded, fold
from processing.signing.documents import Document, Features, FoldOptions
from processing.signing.window import PartitionKind, PartitionPart

DAY = date(2031, 5, 1)
NOON = datetime(2031, 5, 1, 3, tzinfo=UTC)
OPTIONS = FoldOptions(features=Features(many=3), window_days=3)

RIVER = (
    "강가에 새로 놓인 나무다리가 주말부터 시민에게 열린다. 다리는 옛 나루터 자리에서 건너편 버드나무 숲까지 이어진다.\n"
    "시는 공사를 시작하기 전에 물고기가 오르내리는 길을 먼저 살폈다고 설명했다. 교각 사이를 넓혀 물살이 막히지 않도록 했다.\n"
    "처음 건너 본 주민들은 바람이 잘 통하고 난간이 낮아 강을 보기 좋다고 말했다. 아이들은 다리 가운데 유리판을 가장 좋아했다.\n"
    "자전거는 내려서 끌고 가야 하며 밤에는 발밑 등이 켜진다. 겨울에 얼음이 끼면 문을 닫고 안내판에 알린다.\n"
    "다리 이름은 초등학생들이 낸 것 가운데서 골랐다. 심사를 맡은 이들은 부르기 쉽고 오래 남을 이름을 찾았다고 전했다.\n"
    "숲 쪽 끝에는 앉아서 쉬는 마루와 옛 나룻배를 본뜬 안내소가 생겼다. 안내소에서는 강에 사는 새와 물고기를 소개한다.\n"
    "장애가 있는 이들도 건널 수 있게 비탈을 완만하게 냈고 바닥에는 미끄럼을 막는 결을 넣었다. 휠체어를 타고 먼저 건너 본 주민이 의견을 냈다."
)
LIBRARY = (
    "산 아래 작은 도서관이 헌책을 고치는 교실을 연다. 찢어진 책장을 잇고 떨어진 표지를 다시 붙이는 법을 배운다.\n"
    "강사는 오래 제본소를 꾸린 장인이다. 그는 풀을 쑤는 일부터 실을 고르는 일까지 손으로 익혀야 한다고 했다.\n"
    "수강생은 집에서 가져온 책 한 권을 끝까지 고친다. 다 고친 책은 전시한 뒤 주인에게 돌아간다.\n"
    "도서관은 버려지는 책을 줄이고 이웃이 서로 만나는 자리를 늘리려는 뜻이라고 밝혔다. 교실은 저녁에도 열린다.\n"
    "지난 학기에는 할머니와 손자가 함께 와서 낡은 요리책을 고쳐 갔다. 책에는 세 세대의 손글씨가 남아 있었다.\n"
    "고친 책은 겨울 방학에 마을 회관에서 처음 선보인다. 도서관은 멀리서 오는 이들을 위해 주말 교실도 살펴보고 있다고 덧붙였다."
)


class Memory:
    """A window that keeps the parts of earlier folds in memory, in the order of writing."""

    def __init__(self) -> None:
        self.parts: list[tuple[PartitionKind, date, Any]] = []

    def tables(self, kind: PartitionKind, first: date, last: date) -> list[PartitionPart]:
        return [table for each, day, table in self.parts if each == kind and first <= day <= last]

    def add(self, folded: Folded) -> None:
        self.parts += [(kind, day, table) for (kind, day), table in folded.parts.items()]
        self.parts += [("clusters", day, table) for day, table in folded.clusters_by_day().items()]

    def rows(self) -> dict[str, dict[str, object]]:
        """Return the newest row of each document."""
        rows = (
            row for kind, _, table in self.parts if kind == "clusters" for row in table.to_pylist()
        )
        return {row["version_id"]: row for row in rows}


def document(identity: str, text: str, **fields: object) -> Document:
    at = fields.get("published_at", NOON)
    known: dict[str, object] = {
        "title": "다리가 열린다",
        "outlet": "가람일보",
        "published_at": at,
        "fetched_at": at,
    }
    return Document(id=identity, text=text, **(known | fields))  # type: ignore[arg-type]  # what the tests name


def folded(batches: Iterable[Sequence[Document]], options: FoldOptions = OPTIONS) -> Memory:
    """Fold one batch after the other into a window of its own."""
    window = Memory()
    for batch in batches:
        window.add(fold(batch, window, day=DAY, options=options))
    return window


def places(window: Memory) -> dict[str, tuple[object, ...]]:
    """Return what a reader learns of each document."""
    said = ("cluster", "original", "relation", "parent", "score", "evidence", "day")
    return {identity: tuple(row[name] for name in said) for identity, row in window.rows().items()}


def press(seed: int, stories: int, days: int = 4) -> list[Document]:
    return [each.document for each in compose(seed, stories, days)]


def later(**span: int) -> datetime:
    return NOON + timedelta(**span)
