"""The words of the synthetic catalogue: our own, obviously made up, few enough to be read at a glance."""

SUBJECTS = (
    (1, "Réseau de chaleur partagé"),
    (1, "Ombrières solaires de quartier"),
    (1, "Pilotage de l’éclairage public"),
    (1, "Stockage d’électricité au pied d’immeuble"),
    (2, "Rénovation par façades rapportées"),
    (2, "Logements modulaires en bois"),
    (2, "Surélévation légère"),
    (3, "Vélos cargos en libre-service"),
    (3, "Comptoir de livraison mutualisé"),
    (3, "Navette à la demande"),
    (3, "Rue scolaire apaisée"),
    (4, "Place rafraîchie par l’ombre"),
    (4, "Revêtement clair et poreux"),
    (4, "Mobilier urbain démontable"),
    (5, "Cour d’école végétalisée"),
    (5, "Noues et jardins de pluie"),
    (5, "Micro-forêt de quartier"),
    (5, "Toitures vivantes"),
    (6, "Réemploi des matériaux de chantier"),
    (6, "Compostage collectif"),
    (6, "Eaux grises réutilisées"),
    (7, "Mesure citoyenne de l’air"),
    (7, "Parcours de santé ombragé"),
    (8, "Alerte de crue par capteurs"),
    (8, "Refuge de fraîcheur"),
    (9, "Conciergerie solidaire"),
    (9, "Habitat partagé entre générations"),
    (10, "Atelier numérique itinérant"),
    (11, "Budget participatif de rue"),
    (11, "Maquette commune du projet"),
    (12, "Jumeau numérique du centre"),
    (12, "Capteurs de bruit ouverts"),
    (13, "Friche ouverte à l’essai"),
    (13, "Bail réel et sol partagé"),
    (14, "Halle de producteurs"),
    (14, "Vitrines provisoires"),
    (15, "Scène démontable"),
    (15, "Terrain de jeu libre"),
    (16, "Déchèterie mobile"),
    (16, "Guichet unique des travaux"),
)
"""(rank of the theme in the vocabulary, what it is)."""

SUMMARIES = (
    "Un essai imaginé pour mesurer le site à grande échelle, avec des habitants et des services techniques.",
    "Une réalisation fictive, décrite comme le serait une vraie : un lieu, une durée, un résultat.",
    "Un projet inventé où la collectivité, un bailleur et une jeune entreprise partagent le chantier.",
    "Une action de synthèse conduite en trois saisons, puis évaluée avec ses usagers.",
    "Un dispositif fictif, léger à installer, réversible, suivi par un laboratoire.",
    "Une opération de démonstration qui n’existe pas, placée ici pour éprouver la carte.",
)

BODIES = (
    "Le diagnostic relève une chaleur estivale marquée et peu d’ombre.",
    "Les riverains ont choisi l’emplacement au cours de deux ateliers.",
    "La pose a demandé quatre jours et aucune tranchée.",
    "Un suivi mensuel compare la situation avant et après.",
    "Le marché a été passé en lots séparés pour ouvrir la commande aux petites entreprises.",
    "L’entretien revient aux services de la commune, formés sur place.",
    "Les données produites sont ouvertes et décrites.",
    "La réversibilité était une condition du propriétaire du terrain.",
    "Le coût reste inférieur à celui d’un aménagement classique.",
    "La concertation a fait déplacer le projet de quelques rues.",
)

MEASURES = (
    ("Température de l’air à midi", "°C"),
    ("Énergie consommée", "kWh/m²/an"),
    ("Eau de pluie infiltrée", "m³/an"),
    ("Déplacements à vélo", "trajets/jour"),
    ("Déchets évités", "t/an"),
    ("Habitants satisfaits", "%"),
)

TESTS = ("Mobilier et revêtements", "Capteurs et réseaux", "Plantations", "Mobilité et livraisons")

ABANDON = "Abandon fictif, faute d’usagers."
CITATION = "Donnée de synthèse"
DOCUMENT = "Document fictif"
LABEL = "ÉcoQuartier"
MEASURED_BY = "Mesure fictive"

ORGANISATION_NAMES = (
    "Atelier",
    "Fabrique",
    "Coopérative",
    "Régie",
    "Laboratoire",
    "Compagnie",
    "Agence",
    "Société",
)
ORGANISATION_KINDS = (
    "start-up",
    "pme",
    "association",
    "collectivite",
    "laboratoire",
    "bailleur",
    "amenageur",
    "pole",
)

AWARDS = (
    ("2013-2016", "charte"),
    ("2013-2016", "engage"),
    ("2013-2016", "labellise"),
    ("2016-2022", "etape-1"),
    ("2016-2022", "etape-2"),
    ("2016-2022", "etape-3"),
    ("2016-2022", "etape-4"),
    ("2023", "ecoprojet"),
    ("2023", "livre"),
    ("2023", "vecu"),
)

THEMES, STAKES, PROGRAMMES = 16, 3, 13
"""Sizes of the vocabularies that are made up when the database has none."""
