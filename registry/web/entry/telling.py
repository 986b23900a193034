"""What a person is told after a save: how many rows, whose changes were kept beside, and what happened to queries."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.selectors.case_queries import Moved
from registry.web.entry.saving import Saved


def tell(request: HttpRequest, saved: Saved, moved: Moved, url: str = "") -> None:
    """Tell what was saved and what became of queries; `url` is the page that was left, "" for one that is shown."""
    rows, asked = _rows_words(saved), _moved_words(moved)
    level = messages.INFO if not (saved.rows or saved.deleted) else messages.SUCCESS
    if asked and url and moved.asked:
        asked = format_html('<a href="{}#asked-here">{}</a>', url, asked)
    messages.add_message(request, level, format_html("{} {}", rows, asked) if asked else rows)
    for other in dict.fromkeys(saved.merged):
        messages.info(
            request, _("%(person)s changed other fields meanwhile; both changes are kept.") % {"person": other}
        )


def tell_moved(request: HttpRequest, moved: Moved) -> None:
    """Tell what became of queries alone, where the page itself says what is saved and what is not."""
    if words := _moved_words(moved):
        messages.info(request, words)


def _rows_words(saved: Saved) -> str:
    if not (saved.rows or saved.deleted):
        return _("Nothing was changed.")
    words = ngettext("%(rows)s row saved.", "%(rows)s rows saved.", saved.rows) % {"rows": saved.rows}
    if saved.deleted:
        words += " " + ngettext("%(rows)s row deleted.", "%(rows)s rows deleted.", saved.deleted) % {
            "rows": saved.deleted
        }
    return words


def _moved_words(moved: Moved) -> str:
    counts = {"asked": moved.asked, "closed": moved.closed}
    if moved.asked and moved.closed:
        words = ngettext(
            "%(asked)s query opened, %(closed)s closed.", "%(asked)s queries opened, %(closed)s closed.", moved.asked
        )
        return words % counts
    if moved.asked:
        return ngettext("%(asked)s query opened.", "%(asked)s queries opened.", moved.asked) % counts
    if moved.closed:
        return ngettext("%(closed)s query closed.", "%(closed)s queries closed.", moved.closed) % counts
    return ""
