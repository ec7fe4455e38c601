"""« 3 mâts équipés », measured by who carries the test: it raises nothing, and curators are warned.

As it was done once: on an experiment of somebody else's solution, one count by the bearer, said independent.
"""

import pytest
from django.urls import reverse

from catalogue.imports.columns.mapping import build_mapping
from catalogue.imports.compare.diff import Status
from catalogue.imports.run import ImportOptions, dry_run, import_file
from catalogue.models import Experiment, Indicator, Record, RecordOrganisation, Revision, Solution
from tests import factories
from tests.catalogue.admin.test_admin import form_of
from tests.catalogue.admin.test_admin import page as admin_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def bearer():
    return factories.organisation(name="Jeune pousse", slug="jeune-pousse")


@pytest.fixture
def kara():
    """Proven once already, elsewhere and by the same shared indicator: a second place would make five."""
    solution = factories.solution(title="Kara", slug="kara")
    factories.measured_experiment(solution=solution)
    return solution


@pytest.fixture
def trial(kara, bearer):
    author = factories.member(bearer)
    one = factories.experiment(
        title="Kara à Grenoble", solution=kara, status="deploiement", owner=bearer, created_by=author
    )
    RecordOrganisation.objects.create(record_id=one.pk, organisation=bearer, role="porteur")
    return one


def levels(*records):
    return [Record.objects.values_list("proof_level", flat=True).get(pk=one.pk) for one in records]


MASTS = {
    "name": "Mâts équipés", "nature": "mesure", "what": "moyens", "reference": "aucune", "value": "3",
    "unit": "mâts", "year": "2026", "measured_by": "Jeune pousse", "source_citation": "site de l’éditeur",
}  # fmt: skip


def propose(client, trial, **typed):
    """Give one result through the steps and send it; return the revision that waits for a curator."""
    client.force_login(trial.created_by)
    address = reverse("catalogue:propose-item", args=[trial.slug, "resultats", "nouveau"])
    assert client.post(address, {**MASTS, **typed}).status_code == 302
    answer = client.post(
        reverse("catalogue:propose-step", args=[trial.slug, "verifier"]), {"reason": "Bilan"}
    )
    assert answer.status_code == 302
    return Revision.objects.get(record=trial.pk, state="proposee")


def seen_by_curator(client, revision):
    client.force_login(factories.curator())
    return " ".join(client.get(f"/atelier/changements/{revision.pk}/").content.decode().split())


def accept(client, revision):
    seen = Record.objects.get(pk=revision.record_id).updated_at.isoformat()
    posted = {"decision": "accepter", "fields_kept": ["indicators"], "seen": seen}
    assert client.post(f"/atelier/changements/{revision.pk}/", posted).status_code == 302
    assert Indicator.objects.filter(experiment=revision.record_id).exists()


def test_the_steps_no_longer_ask_to_tick_independence(client, trial):
    client.force_login(trial.created_by)
    address = reverse("catalogue:propose-item", args=[trial.slug, "resultats", "nouveau"])
    text = client.get(address).content.decode()
    assert "indépendante" in text
    assert 'type="checkbox"' not in text
    for example in ("22 000 voyageurs", "54 commerces membres", "la facture de l’année précédente"):
        assert example in text


def test_through_the_steps(client, trial, kara):
    revision = propose(client, trial, is_independent="on", is_third_party="on")
    text = seen_by_curator(client, revision)
    assert "Ne compte pas comme preuve" in text
    assert "il compte des moyens, qui ne prouvent pas un effet" in text
    assert "mesuré par qui la porte ou y a un intérêt (Jeune pousse)" in text
    assert "l’unité « mâts » ne se lit nulle part ailleurs" in text
    accept(client, revision)
    assert levels(trial, kara) == [1, 3]


def test_through_the_steps_under_a_better_name(client, trial, kara):
    """Said an effect against a witness: it counts, but as its bearer's word, of an indicator of its own."""
    revision = propose(client, trial, what="effet", reference="temoin")
    text = seen_by_curator(client, revision)
    assert "Deviendrait" in text
    assert "Compte comme preuve" in text
    assert "mesuré par qui la porte ou y a un intérêt (Jeune pousse)" in text
    assert "Des résultats sont à vérifier avant d’accepter" in text
    assert levels(trial, kara) == [1, 3]  # nothing of the preview stays
    accept(client, revision)
    assert levels(trial, kara) == [3, 3]


def test_a_measurer_whom_the_site_does_not_know_is_no_third_party(client, trial, kara):
    revision = propose(client, trial, what="effet", reference="temoin", measured_by="Cabinet Mirage")
    assert "« Cabinet Mirage » n’est pas une organisation connue du site" in seen_by_curator(client, revision)
    accept(client, revision)
    assert levels(trial, kara) == [3, 3]


def test_a_true_third_party_is_recognised_by_its_name(client, trial, kara):
    factories.organisation(name="Cerema", slug="cerema")
    typed = {"what": "effet", "reference": "temoin", "measured_by": "cerema", "unit": "%", "name": "Énergie"}
    revision = propose(client, trial, **typed)
    text = seen_by_curator(client, revision)
    assert "À vérifier" not in text
    accept(client, revision)
    assert levels(trial, kara) == [4, 4]


def test_through_an_import(client, kara, bearer):
    factories.source(code="essai")
    head = "identifiant;titre;solution;porteur;avancement;mats\n"
    row = "1;Kara à Grenoble;kara;jeune-pousse;deploiement;3\n"
    mapping = build_mapping(
        {
            "nature": "experimentation",
            "champs": {name: name for name in head.strip().split(";")[:-1]},
            "mesures": [
                {
                    "colonne": "mats",
                    "champ": "valeur",
                    "constantes": {
                        "nom": "Mâts équipés", "nature": "mesure", "objet": "solution", "classe": "moyens",
                        "unite": "mâts", "annee": "2026", "mesure_par": "Jeune pousse",
                        "mesureur": "jeune-pousse", "reference": "site de l’éditeur",
                    },
                }
            ],
        }
    )  # fmt: skip
    job = ImportOptions("essai.csv", (head + row).encode(), mapping=mapping, source="essai", state="soumise")
    (outcome,) = dry_run(job).plan.of(Status.NEW)
    told = [str(problem) for problem in outcome.candidate.problems]
    assert any("il compte des moyens" in words for words in told)
    import_file(job)
    trial = Experiment.objects.get(title="Kara à Grenoble")
    client.force_login(factories.curator())
    text = client.get(f"/atelier/fiches/{trial.slug}/").content.decode()
    assert "mesuré par qui la porte ou y a un intérêt" in text
    Record.objects.filter(pk=trial.pk).update(state="publiee")
    assert levels(trial, kara) == [1, 3]


def test_through_the_administration(admin_client, trial, kara, bearer):
    address = admin_page(Experiment, "change", trial.pk)
    posted = form_of(admin_client, address)
    given = {
        "name": "Mâts équipés", "nature": "mesure", "subject": "solution", "kind": "moyens",
        "reference": "aucune", "value": "3", "unit": "mâts", "year": "2026", "measured_by": "Jeune pousse",
        "measurer": str(bearer.pk), "source_citation": "site de l’éditeur", "is_third_party": "on",
        "experiment": str(trial.pk),
    }  # fmt: skip
    posted |= {f"indicators-0-{name}": value for name, value in given.items()}
    posted["indicators-TOTAL_FORMS"] = "1"
    assert admin_client.post(address, posted).status_code == 302
    assert not Indicator.objects.get(name="Mâts équipés").is_third_party
    assert levels(trial, kara) == [1, 3]


def test_its_bearer_reads_what_is_missing(client, trial):
    factories.indicator(
        trial, name="Mâts équipés", kind="moyens", reference="aucune", unit="mâts", measured_by="Jeune pousse"
    )
    client.force_login(trial.created_by)
    text = client.get(reverse("catalogue:space-record", args=[trial.slug])).content.decode()
    assert "Pour le niveau 3 : un effet ou une performance de la solution" in text
    assert "il compte des moyens, qui ne prouvent pas un effet" in text
    assert "il n’est comparé à rien" in text


def test_the_public_reads_means_under_their_name(client, trial):
    factories.indicator(trial, name="Mâts équipés", kind="moyens", reference="aucune", unit="mâts", value=3)
    factories.indicator(trial, name="Énergie", reference="temoin")
    text = " ".join(client.get(trial.get_absolute_url()).content.decode().split())
    effects, _title, counts = text.partition("Usage et moyens")
    assert "effet, comparé à un témoin" in effects
    assert "Énergie" in effects
    assert "Mâts équipés" in counts
    assert "ils ne prouvent rien" in counts


def test_a_solution_whose_results_contradict_says_so(client):
    solution = factories.solution()
    for value in (12, -3):
        one = factories.experiment(solution=solution, status="termine")
        factories.indicator(one, type=factories.saving(), value=value)
    assert levels(Solution.objects.get()) == [3]
    assert "en sens contraires" in client.get(solution.get_absolute_url()).content.decode()


def test_a_curator_withdraws_independence_with_a_reason(client, trial, kara):
    row = factories.indicator(trial, reference="temoin", measurer=factories.organisation(name="Filiale"))
    assert levels(trial, kara) == [4, 4]
    address = reverse("catalogue:workshop-independence", args=[trial.slug, row.pk])
    client.force_login(trial.created_by)
    assert client.post(address, {"reason": "Pour voir"}).status_code in (403, 404)

    client.force_login(factories.curator())
    page = reverse("catalogue:workshop-record", args=[trial.slug])
    assert "mesurée par Filiale" in client.get(page).content.decode()
    assert "Dites pourquoi" in client.post(address, {"reason": " "}, follow=True).content.decode()
    assert levels(trial, kara) == [4, 4]
    answer = client.post(address, {"reason": "Filiale du porteur."}, follow=True)
    assert "plus tenue pour une mesure indépendante" in answer.content.decode()
    assert levels(trial, kara) == [3, 3]
    again = client.post(address, {"reason": "Filiale du porteur."}, follow=True)
    assert "n’est plus, tenue pour indépendante" in again.content.decode()

    client.force_login(trial.created_by)
    text = client.get(reverse("catalogue:space-record", args=[trial.slug])).content.decode()
    assert "indépendance retirée : Filiale du porteur." in text
