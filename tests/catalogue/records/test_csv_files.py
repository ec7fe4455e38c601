"""What a spreadsheet must not take for a formula, and what stays a number."""

import pytest

from catalogue.records.csv_files import csv_lines, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-A1", "@x", "\tx", "-1 000+2", "+33 1 23 45 67 89"])
def test_a_formula_becomes_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12,5", "-1\u202f000", "12", "a=b"])
def test_numbers_and_words_stay(text: str) -> None:
    assert safe_cell(text) == text


def test_a_file_begins_with_its_mark_once() -> None:
    assert list(csv_lines([["é", None], [["a", "b"], -2]])) == ["\ufeffé;\r\n", "a | b;-2\r\n"]
