"""The indexes of the table of records, each with the question that it answers."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db.models.functions import Coalesce, Lower, Reverse

INDEXES = [
    # KNN and radius of the published records: rankings, "near this", /fiches/?autour=
    GistIndex(fields=["geog"], name="record_geog_published", condition=models.Q(state="publiee")),
    # the five KNN scans of ranking 1, one for each niveau de preuve
    GistIndex(
        fields=["geog", "proof_level"],
        name="record_experiment_knn",
        condition=models.Q(state="publiee", kind="experimentation"),
    ),
    # the points of a tile
    GistIndex(fields=["mercator"], name="record_mercator_published", condition=models.Q(state="publiee")),
    # perimeters of a tile, bbox of the list, spatial suspicion of the importers
    GistIndex(fields=["geometry"], name="record_geometry"),
    # ranking 1: the best proven experiments of each twin
    models.Index(
        "territory",
        models.F("proof_level").desc(),
        name="record_territory_proof",
        condition=models.Q(state="publiee", kind="experimentation"),
    ),
    # records of a territory page
    models.Index(fields=["territory", "kind", "state"], name="record_territory_kind"),
    # the list by default: best proven first, then newest
    models.Index(
        models.F("proof_level").desc(nulls_last=True),
        models.F("updated_at").desc(),
        models.F("id").desc(),
        name="record_proven_published",
        condition=models.Q(state="publiee"),
    ),
    # the same for one kind: those without a proof level would be found last
    models.Index(
        models.F("kind"),
        models.F("proof_level").desc(nulls_last=True),
        models.F("updated_at").desc(),
        models.F("id").desc(),
        name="record_kind_proven_published",
        condition=models.Q(state="publiee"),
    ),
    # the order of the many records that a search matches, without reading their wide rows
    models.Index(
        fields=["id"],
        include=["proof_level", "updated_at"],
        name="record_order_published",
        condition=models.Q(state="publiee"),
    ),
    # the list by last update
    models.Index(
        fields=["-updated_at", "-id"],
        name="record_recent_published",
        condition=models.Q(state="publiee"),
    ),
    # the records whose truth comes to its end: those to ask about, those that are stale
    models.Index(
        fields=["expires_on"],
        name="record_due_published",
        condition=models.Q(state="publiee", expires_on__isnull=False),
    ),
    # the figures of the dashboard, without reading the wide rows
    models.Index(
        fields=["territory"],
        include=["id", "kind", "published_at", "verified_on", "expires_on"],
        name="record_figures",
        condition=models.Q(state="publiee"),
    ),
    # published records whose title resembles the one being typed, accents and capitals aside
    GinIndex(
        OpClass(models.Func(Lower("title"), function="f_unaccent"), "gin_trgm_ops"),
        name="record_title_trigrams",
        condition=models.Q(state="publiee"),
    ),
    # the same among those that are not: the search of the workshop
    GinIndex(
        OpClass(models.Func(Lower("title"), function="f_unaccent"), "gin_trgm_ops"),
        name="record_title_unpublished",
        condition=models.Q(state__in=["soumise", "en-instruction", "a-completer", "refusee", "archivee"]),
    ),
    # every record that a curator may open, newest first
    models.Index(
        fields=["-updated_at", "-id"],
        name="record_recent_seen",
        condition=~models.Q(state="brouillon"),
    ),
    # likely duplicates: of the same kind and territory, the titles that come before and after …
    models.Index(
        models.F("kind"),
        Coalesce(models.F("territory"), models.Value(0), output_field=models.BigIntegerField()),
        models.Func(Lower("title"), function="f_unaccent"),
        models.F("id"),
        name="record_title_neighbours",
        condition=~models.Q(state="brouillon"),
    ),
    # … or that end alike
    models.Index(
        models.F("kind"),
        Coalesce(models.F("territory"), models.Value(0), output_field=models.BigIntegerField()),
        Reverse(models.Func(Lower("title"), function="f_unaccent")),
        models.F("id"),
        name="record_title_ends",
        condition=~models.Q(state="brouillon"),
    ),
    # likely duplicates: the nearest of the same kind whose place is known better than its commune
    GistIndex(
        fields=["kind", "geog"],
        name="record_kind_near",
        condition=~models.Q(state="brouillon") & models.Q(location_precision__in=["exacte", "adresse"]),
    ),
    # likely duplicates: the same identifier in another source
    models.Index(
        fields=["external_id"],
        name="record_external_id_alike",
        condition=~models.Q(external_id=""),
    ),
]
