"""Messages are found wherever they stand, and the check of the catalogue says what is missing, stale or broken."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest

from registry.management.catalogue import catalogue_path, problems, update
from registry.management.messages import find_messages
from registry.metadata import topics

ROOT = Path(__file__).parents[2]
PYTHON = """
from django.utils.translation import gettext as _, ngettext
class Answer:
    YES = "Y", gettext_noop("yes")
field = DecimalVariable(Variable("Highest temperature", Privacy.CLINICAL, note="a note"))
@topic("labs", "Laboratory results", key=[])
class Lab: ...
def count(n): return ngettext("%(n)s case", "%(n)s cases", n) + _("one " "sentence")
plain = "no message"
"""
PAGE = """{% load i18n %}<h1>{% translate 'It is "here"' %}</h1>
{% blocktranslate count n=cases %}one case{% plural %}{{ n }} cases{% endblocktranslate %}
{% blocktranslate with who=user %}Hello {{ who }}{% endblocktranslate %}{{ x|default:_("none yet") }}"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("sites", "registry/templates", "exports", "config"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "sites" / "a.py").write_text(PYTHON, encoding="utf-8")
    (tmp_path / "registry" / "templates" / "b.html").write_text(PAGE, encoding="utf-8")
    return tmp_path


def translate_all(root: Path) -> polib.POFile:
    book = polib.pofile(str(catalogue_path(root)))
    for entry in book:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: entry.msgid, 1: entry.msgid_plural}
        else:
            entry.msgstr = entry.msgid
    book.save()
    return book


def test_messages_are_found_in_calls_declarations_and_templates(project: Path) -> None:
    assert {(found.text, found.plural) for found in find_messages(project)} == {
        ("yes", ""),
        ("Highest temperature", ""),
        ("a note", ""),
        ("Laboratory results", ""),
        ("%(n)s case", "%(n)s cases"),
        ("one sentence", ""),
        ('It is "here"', ""),
        ("one case", "%(n)s cases"),
        ("Hello %(who)s", ""),
        ("none yet", ""),
    }


def test_a_new_message_is_named_until_it_has_a_translation(project: Path) -> None:
    update(project)
    assert "No Spanish for 'yes'" in problems(project)
    translate_all(project)
    update(project)
    assert [found for found in problems(project) if "%(n)s" not in found] == []


def test_a_message_that_came_or_went_and_a_stale_compiled_file_are_named(project: Path) -> None:
    update(project)
    translate_all(project)
    (project / "sites" / "a.py").write_text('x = _("new")', encoding="utf-8")
    found = problems(project)
    assert any(line.startswith("Not in the catalogue") and "'new'" in line for line in found)
    assert any(line.startswith("In the catalogue but in no source") and "'yes'" in line for line in found)
    assert any("stale" in line for line in found)


def test_a_translation_that_loses_a_placeholder_is_named(project: Path) -> None:
    update(project)
    book = translate_all(project)
    book.find("Hello %(who)s").msgstr = "Hola"
    book.save()
    assert "Placeholders differ in 'Hola'" in problems(project)


def test_every_word_of_a_declared_variable_is_in_the_catalogue() -> None:
    """Also where a declaration takes its words from a name or a function, which reading the sources may miss."""
    known = {entry.msgid for entry in polib.pofile(str(catalogue_path(ROOT))) if entry.msgstr}
    variables = [field.variable for topic in topics() for field in topic.fields]
    words = {text for variable in variables for text in (variable.label, variable.short, variable.note)} - {""}
    assert words - known == set()
