"""Comparing is pure: a row is new, changed field by field, unchanged, suspicious or rejected."""

from catalogue.imports.compare.diff import Existing, Status, compare_candidates, held_changes
from catalogue.imports.read.problems import doubt, notice, rejection
from catalogue.imports.rows.candidates import Candidate
from catalogue.records.kinds import KIND_SPECS

OPERATION = KIND_SPECS["operation"]
AWARD = {"label": "ÉcoQuartier", "regime": "2013-2016", "step": "engage", "year": 2014}
IDENTITY = ("ÉcoQuartier", "2013-2016", "engage", 2014)


def candidate(key="1", **values):
    return Candidate(2, key, {}, {"title": "Les Rives", **values})


def outcome(row, existing=None, **options):
    by_key = {("s", "1"): existing} if existing else {}
    return compare_candidates([row], by_key, OPERATION, "s", **options).outcomes[0]


def test_new_unchanged_changed():
    assert outcome(candidate()).status is Status.NEW
    same = Existing(7, {"title": "Les Rives", "dwellings": 12, "themes": ("a", "b")})
    assert outcome(candidate(dwellings=12, themes=("a", "b")), same).status is Status.UNCHANGED
    changed = outcome(candidate(dwellings=13, themes=("a",)), same)
    assert changed.status is Status.CHANGED
    assert {(c.attribute, c.old, c.new) for c in changed.changes} == {
        ("dwellings", 12, 13),
        ("themes", ("a", "b"), ("a",)),
    }


def test_what_the_file_leaves_out_is_left_alone():
    assert outcome(candidate(), Existing(7, {"title": "Les Rives"})).status is Status.UNCHANGED


def test_nothing_and_empty_are_the_same():
    assert outcome(candidate(description="", year_end=None), Existing(7, {"title": "Les Rives"})).status is (
        Status.UNCHANGED
    )


def test_a_rejection_beats_a_doubt_and_a_notice_only_informs():
    row = candidate()
    row.problems = [notice("lu", "x"), doubt("quasi-doublon", "x")]
    assert outcome(row).status is Status.SUSPICIOUS
    assert outcome(row, accepted=lambda line: frozenset({"quasi-doublon"})).status is Status.NEW
    row.problems.append(rejection("obligatoire", "y"))
    assert outcome(row).status is Status.REJECTED
    assert [p.code for p in outcome(row).reasons] == ["obligatoire", "quasi-doublon"]


def test_a_change_of_a_field_that_a_curator_locked_is_proposed():
    existing = Existing(7, {"title": "Titre corrigé", "dwellings": 12}, locked=frozenset({"title"}))
    outcome_of_locked = outcome(candidate(dwellings=13), existing)
    assert [c.attribute for c in outcome_of_locked.changes] == ["dwellings"]
    assert held_changes(outcome_of_locked) == {"title": ["Titre corrigé", "Les Rives"]}


def test_a_proposal_made_once_is_not_made_again():
    existing = Existing(
        7, {"title": "Corrigé"}, locked=frozenset({"title"}), proposals=({"title": ["Corrigé", "Les Rives"]},)
    )
    assert outcome(candidate(), existing).status is Status.UNCHANGED


def test_locking_the_organisations_holds_every_role():
    existing = Existing(7, {"title": "Les Rives"}, locked=frozenset({"organisations"}))
    row = candidate(**{"organisations.porteur": ("ville",)})
    assert not outcome(row, existing).changes


def test_an_item_is_added_or_corrected_and_never_removed():
    row = candidate()
    row.collections["awards"] = [{**AWARD, "note": "corrigée"}, {**AWARD, "step": "labellise", "year": 2015}]
    other_award = {**AWARD, "step": "charte", "year": 2013, "pk": 1}
    existing = Existing(
        7, {"title": "Les Rives"}, {"awards": {IDENTITY: {**AWARD, "note": "", "pk": 2}, (1,): other_award}}
    )
    changed = outcome(row, existing)
    assert [(c.old and c.old["pk"], c.new["step"]) for c in changed.items] == [
        (2, "engage"),
        (None, "labellise"),
    ]


def test_the_point_of_a_commune_never_replaces_a_better_one():
    precise = Existing(
        7,
        {
            "title": "Les Rives",
            "geometry": "POINT(5.7 45.1)",
            "location_precision": "exacte",
            "territory": "commune:1",
        },
    )
    coarse = {"geometry": "POINT(5 45)", "location_precision": "commune"}
    assert outcome(candidate(territory="commune:1", **coarse), precise).status is Status.UNCHANGED
    moved = outcome(candidate(territory="commune:2", **coarse), precise)
    assert {c.attribute for c in moved.changes} == {"territory", "geometry", "location_precision"}
