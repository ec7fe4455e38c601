"""The worker: sends e-mails, matches alerts, treats images; started by ``manage.py start``."""

from __future__ import annotations

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django import app


class Command(BaseCommand):
    help = "Exécute les tâches en attente : courriels, alertes, images."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="s’arrêter quand plus rien n’attend")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
        with app.replace_connector(connector):
            asyncio.run(self._work(wait=not once))

    async def _work(self, *, wait: bool) -> None:
        async with app.open_async():
            for job in await app.job_manager.get_stalled_jobs():
                await app.job_manager.retry_job(job)
            await app.run_worker_async(
                wait=wait,
                concurrency=1,
                delete_jobs="successful",
                shutdown_graceful_timeout=10,
                stalled_worker_timeout=30,
            )
