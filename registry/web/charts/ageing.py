"""How long open queries have waited: a bar a site, stacked by age, with the numbers inside where they fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.selectors.query_ages import Age
from registry.web.charts.lettering import text_width

NAMES_PX, PLOT_PX, WORDS_PX = 72, 780, 256
ROW, BAR, FOOT = 30, 22, 4
# A single query among thousands is still seen.
THINNEST = 4.0


@dataclass(frozen=True)
class Aged:
    """The open queries of a site: how many of each age, in words, and where each number leads."""

    name: str
    url: str
    counts: Mapping[Age, int]
    titles: Mapping[Age, str]
    urls: Mapping[Age, str]
    words: str
    oldest: str = ""
    oldest_url: str = ""

    @property
    def total(self) -> int:
        """Return how many are open."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Block:
    """One stretch of a bar. `number` is empty where it has no room."""

    kind: str
    x: float
    width: float
    number: str
    title: str
    url: str

    @property
    def middle(self) -> float:
        """Return where the number stands."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Row:
    """The bar of one site: its upper edge, its blocks, and where the words after it begin."""

    aged: Aged
    y: float
    blocks: list[Block]
    words_x: float
    oldest_x: float

    @property
    def text_y(self) -> float:
        """Return the line on which its words stand."""
        return round(self.y + BAR / 2 + 4.5, 1)


@dataclass(frozen=True)
class Ageing:
    """The whole chart."""

    rows: list[Row]

    @property
    def width(self) -> int:
        """Return its width."""
        return NAMES_PX + PLOT_PX + WORDS_PX

    @property
    def height(self) -> int:
        """Return its height."""
        return len(self.rows) * ROW + FOOT


def ageing_of(sites: Sequence[Aged]) -> Ageing:
    """Return the bars of these sites, one below the other, all on one scale."""
    most = max((site.total for site in sites), default=0)
    return Ageing([_row(site, number * ROW + FOOT, most) for number, site in enumerate(sites)])


def _row(site: Aged, y: float, most: int) -> Row:
    blocks, x = [], float(NAMES_PX)
    for age in Age:
        if count := site.counts.get(age, 0):
            width = max(round(count / most * (PLOT_PX - THINNEST * len(Age)), 1), THINNEST)
            blocks.append(_block(site, age, count, x, width))
            x = round(x + width, 1)
    words_x = round(x + 8, 1)
    return Row(site, y, blocks, words_x, round(words_x + text_width(site.words) + 8, 1))


def _block(site: Aged, age: Age, count: int, x: float, width: float) -> Block:
    number = str(count) if text_width(str(count), bold=True) + 6 <= width else ""
    return Block(age.name.lower(), x, width, number, site.titles[age], site.urls[age])
