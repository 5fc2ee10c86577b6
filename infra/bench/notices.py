"""Template notices that are alike and not the same: some differ in numbers, some in nothing but names."""

import random
from collections.abc import Callable, Iterator

from infra.bench import words

Notice = tuple[str, tuple[str, str], str, str]
Namer = Callable[[random.Random], str]


def _mourning(draw: random.Random, namer: Namer) -> tuple[str, str]:
    who, kin = namer(draw), draw.choice(("부친상", "모친상", "장인상", "빙모상"))
    place, body = draw.choice(words.PLACES), draw.choice(words.BODIES)
    return f"[부고] {who}({body})씨 {kin}", (
        f"{who} {body} 부장의 가족이 오랜 투병 끝에 {place} 자택에서 별세했다. 상주인 {who} 부장은 조용히 "
        "가족장으로 모시기로 했다고 전해 왔다. "
        f"빈소는 {place} 시립장례식장에 마련됐으며 발인은 유족의 뜻에 따라 비공개로 치른다. "
        f"조문은 {namer(draw)} 씨와 {namer(draw)} 씨가 안내하고 조화와 조의금은 정중히 사양한다고 유족은 밝혔다."
    )


def _appointment(draw: random.Random, namer: Namer) -> tuple[str, str]:
    body, who = draw.choice(words.BODIES), namer(draw)
    return f"[인사] {body}", (
        f"{body}는 새 기획조정실장에 {who} 씨를 임명했다고 밝혔다. 경영지원본부장에는 {namer(draw)} 씨가, "
        f"감사실장에는 {namer(draw)} 씨가 "
        f"각각 선임됐다. {who} 신임 실장은 조직의 화합과 책임 있는 운영에 힘쓰겠다는 소감을 전했다. "
        f"{body}는 이번 인사로 조직 개편을 마무리하고 현장 중심의 업무 체계를 갖추게 됐다고 설명했다."
    )


def _visit(draw: random.Random, namer: Namer) -> tuple[str, str]:
    place, who, thing = draw.choice(words.PLACES), namer(draw), draw.choice(words.THINGS)
    return f"{who} {place} 부시장, {thing} 현장 점검", (
        f"{who} {place} 부시장은 이날 {thing} 현장을 찾아 추진 상황을 점검하고 관계자들을 격려했다. {who} "
        "부시장은 현장 직원들의 애로 사항을 "
        f"듣고 안전사고 예방에 최선을 다해 달라고 당부했다. 이어 주민들과 간담회를 열어 {thing}에 관한 의견을 나눴다. "
        f"{place}는 앞으로도 현장 중심의 소통 행정을 이어 갈 계획이라고 밝혔다."
    )


def _scholarship(draw: random.Random, namer: Namer) -> tuple[str, str]:
    place, body, who = draw.choice(words.PLACES), draw.choice(words.BODIES), namer(draw)
    return f"{body}, {place}에 장학금 기탁", (
        f"{body}는 이웃사랑 실천을 위해 {place} 장학회에 장학금을 기탁했다고 밝혔다. 전달식에는 {who} 대표와 "
        "임직원들이 참석해 뜻을 함께했다. "
        f"{who} 대표는 지역 인재들이 꿈을 펼치는 데 작은 보탬이 되기를 바란다고 말했다. "
        f"{place} 관계자는 소중한 마음을 모아 준 {body}에 감사드리며 꼭 필요한 학생들에게 전하겠다고 화답했다."
    )


def _weather(draw: random.Random, namer: Namer) -> tuple[str, str]:
    del namer
    low, high = draw.randint(-9, 18), draw.randint(19, 36)
    return f"[날씨] 내일 {draw.choice(words.PLACES)} 등 대체로 맑음", (
        f"내일은 전국이 대체로 맑겠으나 오후부터 구름이 많아지겠다. 아침 최저기온은 {low}도에서 {low + 7}도, "
        f"낮 최고기온은 {high}도에서 {high + 6}도로 "
        f"예보됐다. 미세먼지 농도는 {draw.randint(11, 99)}㎍으로 보통 수준이겠고 바다의 물결은 "
        f"{draw.randint(10, 39) / 10}m로 일겠다. "
        f"기상당국은 내륙의 일교차가 {draw.randint(10, 19)}도 안팎으로 크겠으니 건강 관리에 유의해 달라고 당부했다."
    )


def _market(draw: random.Random, namer: Namer) -> tuple[str, str]:
    del namer
    level, move = draw.randint(2100, 3900), draw.randint(101, 3999) / 100
    return f"[시황] 종합지수 {level}선 마감", (
        f"종합지수는 전 거래일보다 {move}포인트 오른 {level}.{draw.randint(10, 99)}로 거래를 마쳤다. 외국인이 "
        f"{draw.randint(100, 9000)}억원어치를 순매수했고 "
        f"개인은 {draw.randint(100, 9000)}억원어치를 순매도했다. "
        f"환율은 {draw.randint(1100, 1500)}.{draw.randint(1, 9)}원에 마감했다. "
        f"시장 관계자는 당분간 관망세가 이어질 것이라고 내다봤다."
    )


_NAMES_ONLY = (_mourning, _appointment, _visit, _scholarship)
_NUMBERS = (_weather, _market)


def notices(draw: random.Random, count: int, namer: Namer) -> Iterator[Notice]:
    """Yield `count` notices of each form from its house outlet, and half as many from another outlet."""
    for form in (*_NAMES_ONLY, *_NUMBERS):
        kind = "names" if form in _NAMES_ONLY else "numbers"
        for outlet, share in ((words.OUTLETS[0], count), (words.OUTLETS[3], count // 2)):
            for _ in range(share):
                title, body = form(draw, namer)
                yield f"{kind}:{form.__name__.strip('_')}", outlet, title, body
