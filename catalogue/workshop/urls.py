"""The rooms of the curators, under ``/atelier/``."""

from catalogue.workshop.capitalisation.urls import urlpatterns as capitalisation
from catalogue.workshop.dashboard.urls import urlpatterns as dashboard
from catalogue.workshop.duplicates.urls import urlpatterns as duplicates
from catalogue.workshop.history.urls import urlpatterns as history
from catalogue.workshop.quality.urls import urlpatterns as quality
from catalogue.workshop.queue.urls import urlpatterns as queue
from catalogue.workshop.reference.urls import urlpatterns as reference

urlpatterns = [*capitalisation, *dashboard, *duplicates, *history, *quality, *reference, *queue]
