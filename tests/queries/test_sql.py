"""The SQL files: each says its question first, names relations and never files, and is asked by somebody."""

import re
from pathlib import Path

import pytest

import queries
from data.schema import RELATIONS

FOLDER = Path(queries.__file__).parent
FILES = sorted((FOLDER / "sql").glob("*.sql"))
OWN = re.compile(r"^(?:with )?(\w+) as \($", re.MULTILINE)
READ = re.compile(r"\b(?:from|join) (\w+)")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_sql_file_says_its_question_and_names_relations_only(file: Path) -> None:
    text = file.read_text()
    assert text.startswith("-- ")
    code = re.sub(r"--.*|'[^']*'|distinct from \S+", "", text)
    assert set(READ.findall(code)) <= {*RELATIONS, *OWN.findall(code)}


def test_every_sql_file_is_asked() -> None:
    asked = "".join(file.read_text() for file in FOLDER.glob("*.py") if file.name != "__init__.py")
    assert [file.stem for file in FILES if f'"{file.stem}"' not in asked] == []
