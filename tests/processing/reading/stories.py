"""Invented articles: every name, place and company in them is made up."""

from dataclasses import dataclass, field

MOUNTAIN = (
    "한들시가 묵은 물길을 다시 열기로 했다. 시는 21일 오전 시청에서 설명회를 열고 내년 봄부터 공사를 시작한다고 밝혔다.",
    "물길은 1970년대에 도로를 내면서 덮였다. 주민들은 여름마다 냄새와 침수를 겪었다고 호소해 왔다.",
    "도윤재 한들시장은 “아이들이 발을 담글 수 있는 물을 돌려주겠다”며 “비용은 3년에 나누어 쓴다”고 말했다.",
    "환경 단체는 환영하면서도 상류의 공장 배수부터 살펴야 한다고 지적했다. 시는 다음 달 조사단을 꾸릴 예정이다.",
    "전체 구간은 4.2㎞이고, 사업비는 310억원이다. 의회는 오는 28일 예산안을 다룬다.",
)

SHIP = (
    "새벽에 출항한 연구선 누리호가 남쪽 바다에서 처음 보는 해저 화산을 발견했다.",
    "연구진은 음파로 바닥을 훑던 중 높이 900m의 봉우리를 확인했다고 20일 발표했다. 봉우리는 지도에 없던 것이다.",
    "소지안 연구원은 “바닥이 살아 있다는 증거”라며 “앞으로 두 달 동안 온도를 재겠다”고 했다.",
    "배는 다음 주 마루항으로 돌아온다.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a reader should find on a page that any layout makes of it."""

    title: str = "한들시, 덮였던 물길 다시 연다"
    decks: tuple[str, ...] = ("내년 봄 착공, 3년 걸려", "환경 단체 “상류부터 살펴야”")
    author: str = "표가람"
    mail: str = "garam@handeul.test"
    outlet: str = "한들신문"
    section: str = "사회"
    day: str = "2026-03-21"
    time: str = "14:05:33"
    caption: str = "▲ 물길이 지나던 자리에 선 도윤재 한들시장. ⓒ한들신문"
    image: str = "https://img.handeul.test/2026/03/water.jpg"
    paragraphs: tuple[str, ...] = MOUNTAIN
    related: tuple[str, ...] = field(
        default=(
            "물가에 심은 나무 3천 그루, 누가 돌보나",
            "시장 연봉 공개한다…의회 “늦었다”",
            "[포토] 봄비 맞은 한들천 옛터",
        )
    )

    @property
    def published(self) -> str:
        """Return the moment of publication in RFC 3339."""
        return f"{self.day}T{self.time}+09:00"

    @property
    def text(self) -> str:
        """Return the running text as the reader joins it."""
        return "\n\n".join(self.paragraphs)
