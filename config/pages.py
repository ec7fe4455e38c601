"""The pages that say what the site is: about, proof, legal notices, privacy, accessibility, site map.

Included by ``config.urls``. What only the operator knows comes from ``settings.OPERATOR``.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from catalogue.records import proof
from catalogue.web.access import public
from config.accessibility import load_evaluation
from config.proof_examples import EXAMPLES, FALLEN

PAGES = ("a-propos", "preuve", "accessibilite", "mentions-legales", "donnees-personnelles", "plan-du-site")


@public
@require_safe
def static_page(request: HttpRequest, page: str) -> HttpResponse:
    """The page named ``page``, its operator filled in or reported missing."""
    context: dict[str, object] = {"operator": settings.OPERATOR, "section": page, "scale": proof.EXPLANATIONS}
    if page == "accessibilite":
        context["evaluation"] = load_evaluation()
    if page == "preuve":
        context |= {"next": dict.fromkeys(proof.NEXT.values()), "examples": EXAMPLES, "fallen": FALLEN}
    return render(request, f"pages/{page.replace('-', '_')}.html", context)


urlpatterns = [path(f"{page}/", static_page, {"page": page}, name=f"page-{page}") for page in PAGES]
