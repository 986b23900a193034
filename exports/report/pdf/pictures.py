"""The drawings of the report as vectors of the PDF: the same shapes and colours as on the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from exports.report.figures.colours import SHAPES, WORDS, Paint
from exports.report.figures.shapes import Box, Dot, Drawing, Key, Line, Shape, Word
from exports.report.pdf.lettering import BOLD, PLAIN, register_fonts

if TYPE_CHECKING:
    from reportlab.graphics.shapes import Drawing as Picture

# DejaVu is wider than the letters that the drawings were measured with.
NARROWER = 0.88


def picture(drawing: Drawing, width: float, largest: float = 0.75) -> Picture:
    """Return a drawing that fits a width in points; `largest` is the most points that a pixel may take."""
    from reportlab.graphics.shapes import Drawing as Picture

    register_fonts()
    scale = min(largest, width / drawing.width)
    return _filled(Picture(drawing.width * scale, drawing.height * scale), drawing.shapes, drawing.height, scale)


def key_picture(key: Key, scale: float = 0.75) -> Picture:
    """Return the small picture of an entry of a legend."""
    from reportlab.graphics.shapes import Drawing as Picture

    return _filled(Picture(key.width * scale, key.height * scale), key.shapes, key.height, scale)


def _filled(found: Picture, shapes: Sequence[Shape], height: float, scale: float) -> Picture:
    from reportlab.graphics.shapes import Group

    # The drawings count downwards, a page counts upwards.
    group = Group(*(_shape(shape, height) for shape in shapes))
    group.scale(scale, scale)
    found.add(group)
    return found


def _shape(shape: Shape, height: float) -> Any:
    from reportlab.graphics import shapes as of

    if isinstance(shape, Word):
        return _word(shape, height)
    look = _look(SHAPES[shape.kind])
    if isinstance(shape, Box):
        return of.Rect(shape.x, height - shape.y - shape.height, shape.width, shape.height, **look)
    if isinstance(shape, Dot):
        return of.Circle(shape.x, height - shape.y, shape.radius, **look)
    return _line(shape, height, look)


def _line(shape: Line, height: float, look: dict[str, Any]) -> Any:
    from reportlab.graphics import shapes as of

    points = [value for x, y in shape.points for value in (x, height - y)]
    if shape.is_closed:
        return of.Polygon(points, **look)
    return of.PolyLine(points, **{name: value for name, value in look.items() if not name.startswith("fill")})


def _word(word: Word, height: float) -> Any:
    from reportlab.graphics.shapes import String
    from reportlab.lib.colors import HexColor

    paint = WORDS[word.kind]
    font = BOLD if paint.is_bold else PLAIN
    size = paint.size * NARROWER
    return String(
        word.x, height - word.y, word.text, fontName=font, fontSize=size, fillColor=HexColor(paint.fill),
        textAnchor=word.anchor,
    )  # fmt: skip


def _look(paint: Paint) -> dict[str, Any]:
    from reportlab.lib.colors import HexColor

    fill = None if paint.fill == "none" else HexColor(paint.fill)
    stroke = HexColor(paint.stroke) if paint.stroke else None
    dash = [float(part) for part in paint.dash.split()] or None
    look = {"fillColor": fill, "strokeColor": stroke, "strokeWidth": paint.width, "strokeDashArray": dash}
    return {**look, "fillOpacity": paint.opacity} if paint.opacity < 1 else look
