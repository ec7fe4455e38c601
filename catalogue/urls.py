"""Public addresses of the catalogue: French, stable, lower case. Each room has its own list."""

from catalogue.accounts.urls import urlpatterns as accounts
from catalogue.alerts.urls import urlpatterns as alerts
from catalogue.contributions.urls import urlpatterns as contributions
from catalogue.imports.urls import urlpatterns as imports
from catalogue.meetings.urls import urlpatterns as meetings
from catalogue.public.urls import urlpatterns as public
from catalogue.rankings.urls import urlpatterns as rankings
from catalogue.space.urls import urlpatterns as space
from catalogue.workshop.urls import urlpatterns as workshop

app_name = "catalogue"
urlpatterns = [
    *public,
    *rankings,
    *accounts,
    *alerts,
    *imports,
    *meetings,
    *contributions,
    *space,
    *workshop,
]
