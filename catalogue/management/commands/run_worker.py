"""The worker: sends e-mails, matches alerts, treats images; started by ``manage.py start``."""

from __future__ import annotations

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django import app

DEAD_AFTER = 30.0
"""Seconds without a heartbeat after which a worker counts as dead; it sends one every ten."""


class Command(BaseCommand):
    help = "Exécute les tâches en attente : courriels, alertes, images."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="s’arrêter quand plus rien n’attend")
        parser.add_argument(
            "--dead-after",
            type=float,
            default=DEAD_AFTER,
            metavar="SECONDES",
            help="reprendre les tâches d’un autre exécutant qui ne donne plus signe de vie depuis",
        )

    def handle(self, *args: Any, once: bool, dead_after: float, **options: Any) -> None:
        connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
        with app.replace_connector(connector):
            asyncio.run(self._work(wait=not once, dead_after=dead_after))

    async def _work(self, *, wait: bool, dead_after: float) -> None:
        async with app.open_async():
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=dead_after):
                await app.job_manager.retry_job(job)
            await app.run_worker_async(
                wait=wait,
                concurrency=1,
                delete_jobs="successful",
                shutdown_graceful_timeout=10,
                stalled_worker_timeout=dead_after,
            )
