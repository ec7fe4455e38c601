"""What was stored long ago is still undone: these are the reports, traces and batches of before."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from catalogue.imports.undo import undo_batch
from catalogue.models import (
    Document,
    ImportBatch,
    IndicatorType,
    LabelAward,
    Merge,
    Operation,
    Record,
    RecordOrganisation,
    ReferenceChange,
    TypingBatch,
)
from catalogue.workshop.capitalisation import shared_types
from catalogue.workshop.duplicates import undo as unmerge
from catalogue.workshop.reference import line_changes, line_merge
from catalogue.workshop.reference.lists import LISTS
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> User:
    return factories.administrator()


def test_the_report_of_an_import(curator: User) -> None:
    """Columns and relations as they were, and digests by the columns that the shape names."""
    kept, gone = factories.organisation(slug="agence"), factories.organisation(slug="ville")
    record = factories.operation(title="Rives", slug="rives", dwellings=150, area_ha="4.20", year_start=2014)
    RecordOrganisation.objects.create(record=record, organisation=gone, role="porteur")
    award = factories.award(record, label="ÉcoQuartier", note="Les Rives", source_citation="")
    pk, link = str(record.pk), str(10**6)
    report: dict[str, Any] = {
        "before": {
            "columns": {
                "catalogue_record": {
                    pk: {
                        "geometry": "0101000020E6100000954F492571D916407BA39B6ECD8F4640",
                        "location_precision": "exacte",
                        "updated_at": "2026-11-30 12:53:06.340759+00",
                        "year_start": None,
                    }
                },
                "catalogue_operation": {pk: {"dwellings": "100", "area_ha": "4.10"}},
            },
            "rows": {
                "catalogue_recordorganisation": {
                    "owner": "record_id",
                    "of": {
                        pk: [
                            {
                                "id": link,
                                "record_id": pk,
                                "organisation_id": str(kept.pk),
                                "role": "financeur",
                            }
                        ]
                    },
                },
                "catalogue_labelaward": {
                    "owner": "operation_id",
                    "of": {
                        pk: [
                            {
                                "id": str(award.pk),
                                "operation_id": pk,
                                "label": "ÉcoQuartier",
                                "regime": "2016-2022",
                                "step": "etape-2",
                                "year": "2018",
                                "source_citation": "",
                                "source_url": "",
                                "note": "",
                            }
                        ]
                    },
                },
            },
        },
        "changes": {pk: {"fields": {"dwellings": [100, 150]}, "items": []}},
        "shape": [
            ["catalogue_record", "id", ["kind", "title", "slug", "geometry", "year_start", "locked_fields"]],
            ["catalogue_operation", "record_ptr_id", ["operation_type", "dwellings", "area_ha"]],
            ["catalogue_recordorganisation", "record_id", ["role"]],
            ["catalogue_record_themes", "record_id", ["theme_id"]],
            ["catalogue_labelaward", "operation_id", ["label", "regime", "step", "year", "note"]],
        ],
        "digests": {pk: "0c6004258e7f7bc0b0d77ebef038f1a7"},
    }
    batch = ImportBatch.objects.create(
        filename="rives.csv", sha256="0" * 64, state="ecrit", nature="operation", report=report
    )

    undo_batch(batch, curator)

    now = Operation.objects.get()
    assert (now.dwellings, str(now.area_ha), now.year_start) == (100, "4.10", None)
    assert now.geometry.coords == (5.712345678901234, 45.123456789012345)
    assert now.updated_at.isoformat() == "2026-11-30T12:53:06.340759+00:00"
    (role,) = RecordOrganisation.objects.values_list("pk", "organisation", "role")
    assert role == (10**6, kept.pk, "financeur")
    assert LabelAward.objects.get().note == ""


def test_the_trace_of_a_merge(curator: User) -> None:
    """Rows changed, come and gone; rows that followed; the audience."""
    theme, owner = factories.theme(), factories.organisation()
    kept = factories.operation(
        title="Baud", summary="Sur les bords.", owner=owner, locked_fields=["owner", "summary", "title"]
    )
    gone = factories.operation(title="Chardonnet", state="archivee")
    kept.themes.add(theme)
    link = Record.themes.through.objects.get()
    paper, award = factories.document(kept), factories.award(kept)
    moment = timezone.now()
    Record.objects.filter(pk=gone.pk).update(updated_at=moment)
    trace = {
        "rows": {
            "catalogue_record": {
                str(kept.pk): [
                    {"locked_fields": "{title}", "owner_id": None, "summary": ""},
                    {
                        "locked_fields": "{owner,summary}",
                        "owner_id": str(owner.pk),
                        "summary": "Sur les bords.",
                    },
                ],
                str(gone.pk): [
                    {"state": "publiee", "updated_at": "2026-11-30 12:53:08.8491+00"},
                    {"state": "archivee", "updated_at": "2026-11-30 12:53:09.411876+00"},
                ],
            },
            "catalogue_record_themes": {
                str(link.pk): [
                    None,
                    {"id": str(link.pk), "record_id": str(kept.pk), "theme_id": str(theme.pk)},
                ]
            },
            "catalogue_labelaward": {
                str(award.pk): [{"operation_id": str(gone.pk)}, {"operation_id": str(kept.pk)}],
                str(10**6): [
                    {
                        "id": str(10**6),
                        "operation_id": str(gone.pk),
                        "label": "ÉcoQuartier",
                        "regime": "2016-2022",
                        "step": "etape-3",
                        "year": "2021",
                        "source_citation": "",
                        "source_url": "",
                        "note": "",
                    },
                    None,
                ],
            },
        },
        "moved": {"casenote.record": [], "alertmatch.record": []},
        "audience": [[10**6, "2026-11-20", 3, 1]],
    }
    kept.audience.create(day="2026-11-20", views=8, contacts=1)
    done = Merge.objects.create(survivor=kept, loser=gone, choices={}, trace=trace)

    unmerge.undo_merge(done, curator)

    first, second = Record.objects.get(pk=kept.pk), Record.objects.get(pk=gone.pk)
    assert (first.summary, first.owner, first.locked_fields) == ("", None, ["title"])
    assert (second.state, second.updated_at) == ("publiee", moment)
    assert first.themes.count() == 0
    assert sorted(second.proper.awards.values_list("pk", "step")) == [
        (award.pk, "etape-2"),
        (10**6, "etape-3"),
    ]
    assert Document.objects.get(pk=paper.pk).record_id == kept.pk
    assert [list(one.audience.values_list("views", "contacts")) for one in (first, second)] == [
        [(5, 0)],
        [(3, 1)],
    ]


def test_the_trace_of_a_list(curator: User) -> None:
    """Links that moved, links that were dropped; those of a record that is gone do not come back."""
    themes, first = LISTS["themes"], factories.theme(code="eau", is_active=False)
    second = factories.theme(code="pluie")
    first.merged_into = second
    first.save()
    moved, doubled, later = (factories.solution() for _each in range(3))
    for record in (moved, doubled, later):
        record.themes.add(second)
    through = Record.themes.through.objects
    change = ReferenceChange.objects.create(
        list="themes",
        key="eau",
        label="Eau",
        action="reunion",
        trace={
            "into": second.pk,
            "was_active": True,
            "led": [],
            "tables": {
                "catalogue.record_themes.theme": {
                    "moved": [through.get(record=moved.pk).pk],
                    "dropped": [
                        {"id": 10**6, "record_id": doubled.pk, "theme_id": first.pk},
                        {"id": 10**6 + 1, "record_id": 10**6, "theme_id": first.pk},
                    ],
                },
                "catalogue.themecrosswalk.theme": {"moved": [], "dropped": []},
            },
        },
    )
    assert change.action == line_changes.Action.MERGE
    assert sorted(line_merge.list_touched_records(themes, change)) == [moved.pk, doubled.pk]

    line_merge.separate_lines(themes, change, curator)

    held = {
        record.pk: sorted(record.themes.values_list("code", flat=True)) for record in (moved, doubled, later)
    }
    assert held == {moved.pk: ["eau"], doubled.pk: ["eau", "pluie"], later.pk: ["pluie"]}


def test_the_types_of_a_batch(curator: User) -> None:
    """Those that nobody changed since are taken away."""
    one, other = (IndicatorType.objects.create(code=code, label=code, unit="%") for code in ("eau", "air"))
    same, changed = (factories.indicator(factories.experiment(), type=one) for _each in range(2))
    changed.type = other
    changed.save()
    batch = TypingBatch.objects.create(types={str(same.pk): "eau", str(changed.pk): "eau"})
    assert shared_types.undo_batch(batch, curator) == 1
    same.refresh_from_db()
    changed.refresh_from_db()
    assert (same.type, changed.type) == (None, other)
