"""Two texts compared: nothing of either is lost, small changes are shown word by word, time is bounded."""

from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.workshop.history.words import COME, GONE, SAME, Piece, diff_words

words = st.lists(st.sampled_from(["le", "bois", "d’œuvre", " ", "\n", ". ", "12,5 %", "é"])).map("".join)


@settings(max_examples=60, deadline=None, database=None)
@given(before=words, after=words)
def test_both_texts_can_be_read_whole(before: str, after: str) -> None:
    """What stays and goes is the first, what stays and comes is the second."""
    found = diff_words(before, after)
    assert "".join(piece.text for piece in found if piece.how != COME) == before
    assert "".join(piece.text for piece in found if piece.how != GONE) == after


def test_a_change_is_shown_by_the_word_and_a_long_text_by_the_sentence() -> None:
    """Words next to each other change together; ten thousand sentences are compared at once."""
    assert diff_words("Un quartier neuf et dense.", "Un quartier ancien mais dense.") == [
        Piece(SAME, "Un quartier "),
        Piece(GONE, "neuf et"),
        Piece(COME, "ancien mais"),
        Piece(SAME, " dense."),
    ]
    long = "Une phrase de cinq mots. " * 500
    assert [piece.how for piece in diff_words(long, long + "Une autre.")] == [SAME, COME]
    huge = "Non. " * 10_000
    assert [piece.how for piece in diff_words(huge, huge + "Oui.")] == [GONE, COME]
