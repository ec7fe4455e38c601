"""Spatial files go through the wizard: a layer and a projection are chosen, outlines written and undone."""

import geopandas
from django.urls import reverse
from shapely.geometry import Point, Polygon

from catalogue.models import ImportBatch, Record
from tests.catalogue.imports.test_spatial import geopackage, shapefile
from tests.catalogue.imports.test_undo import dump

ACCOUNTS = {"catalogue_curatorship", "catalogue_source"}
GRENOBLE = [(5.71, 45.11), (5.72, 45.11), (5.72, 45.12), (5.71, 45.11)]
POINT = Point(5.75, 45.15)


def frame(**columns):
    """Two operations of Grenoble, an outline and a point."""
    named = {"identifiant": ["a", "b"], "titre": ["Les Rives", "Le Quai"], "longitude": [1, 2], **columns}
    return geopandas.GeoDataFrame(named, geometry=[Polygon(GRENOBLE), POINT], crs=4326)


def written(wizard, batch):
    """The batch, tried then written."""
    assert wizard.columns(batch).status_code == 302
    wizard.run_jobs()
    batch.refresh_from_db()
    assert batch.failure == ""
    return wizard.go(batch, "ecriture")


def test_a_layer_is_chosen_written_again_unchanged_and_undone(wizard):
    data = geopackage(("points d’eau", frame().iloc[:1].drop(columns="titre")), ("opérations", frame()))
    assert wizard.upload(data, "lieux.gpkg").status_code == 302
    batch = ImportBatch.objects.get()
    url = reverse("catalogue:import-columns", args=[batch.pk])
    page = wizard.client.get(url).content.decode()
    assert "Projection lue dans le fichier\u00a0: Lambert-93" in page
    assert '<option value="points d’eau" selected>' in page
    choose = reverse("catalogue:import-layer", args=[batch.pk])
    wizard.client.post(choose, {"version": batch.version, "couche": "absente"})
    batch.refresh_from_db()
    assert (batch.setup["layer"], batch.row_count) == ("points d’eau", 1)
    assert wizard.client.post(choose, {"version": batch.version, "couche": "opérations"}).status_code == 302
    batch.refresh_from_db()
    assert (batch.setup["layer"], batch.row_count) == ("opérations", 2)
    form = wizard.client.get(url).context["form"]
    fields = {row["column"]["header"]: row["field"].value() for row in form.rows()}
    assert fields == {
        "identifiant": "identifiant",
        "titre": "titre",
        "longitude": "",
        "emplacement": "emplacement",
    }
    before = dump(ACCOUNTS)
    written(wizard, batch)
    assert (batch.created_count, batch.suspicious_count, batch.rejected_count) == (2, 0, 0)
    rives, quai = Record.objects.order_by("external_id")
    assert (rives.geometry.geom_type, rives.territory.code) == ("Polygon", "38185")
    assert rives.geometry.equals_exact(rives.geometry.__class__(GRENOBLE, srid=4326), 1e-6)
    assert quai.geometry.coords == (5.75, 45.15)
    again = wizard.upload(data, "lieux.gpkg")
    assert again.status_code == 302
    second = ImportBatch.objects.latest("pk")
    wizard.client.post(
        reverse("catalogue:import-layer", args=[second.pk]),
        {"version": second.version, "couche": "opérations"},
    )
    second.refresh_from_db()
    assert (written(wizard, second).unchanged_count, second.changed_count) == (2, 0)
    wizard.go(batch, "annulation")
    assert dump(ACCOUNTS) == before


def test_the_curator_gives_the_projection_that_the_file_lost(wizard):
    data = shapefile(frame().iloc[1:].rename(columns={"identifiant": "id"}), without=(".prj",))
    assert wizard.upload(data, "couche.zip").status_code == 302
    batch = ImportBatch.objects.get()
    url = reverse("catalogue:import-columns", args=[batch.pk])
    response = wizard.client.get(url)
    assert "D’après les coordonnées\u00a0: Lambert-93" in response.content.decode()
    assert response.context["form"]["projection"].value() == 2154
    batch.setup["likely"] = None
    batch.save()
    response = wizard.columns(batch)
    assert response.status_code == 422
    assert "Dites dans quelle projection" in response.content.decode()


def test_swapped_axes_wait_for_a_curator_then_are_exchanged(wizard):
    turned = frame().iloc[1:].set_geometry([Point(45.15, 5.75)], crs=4326)
    assert wizard.upload(geopackage(("lieux", turned), srid=4326), "lieux.gpkg").status_code == 302
    batch = ImportBatch.objects.get()
    assert wizard.columns(batch).status_code == 302
    wizard.run_jobs()
    batch.refresh_from_db()
    assert batch.suspicious_count == 1
    assert "Importer en échangeant les axes" in wizard.page(batch).content.decode()
    assert wizard.decide(batch, "accepter", ligne=1).status_code == 302
    wizard.go(batch, "essai")
    assert wizard.go(batch, "ecriture").created_count == 1
    assert Record.objects.get().geometry.coords == (5.75, 45.15)
