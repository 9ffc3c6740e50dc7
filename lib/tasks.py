"""Housekeeping of the shared tables."""

import asyncio

from procrastinate.contrib.django import app

from lib.counters import delete_expired_counters
from lib.jobs import periodic

STALLED_AFTER_S = 600
KEEP_FINISHED_JOBS_H = 24 * 14


@periodic("lib.delete_expired_counters", cron="17 * * * *")
def delete_counters(timestamp: int) -> None:
    delete_expired_counters()


@periodic("lib.retry_stalled_jobs", cron="*/5 * * * *")
def retry_stalled_jobs(timestamp: int) -> None:
    """A worker that was killed leaves its job as if it still ran: give it to another one."""
    asyncio.run(_retry_stalled_jobs())


async def _retry_stalled_jobs() -> None:
    async with app.replace_connector(app.connector.get_worker_connector()).open_async() as worker_app:
        manager = worker_app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
            await manager.retry_job(job)
        await manager.delete_old_jobs(nb_hours=KEEP_FINISHED_JOBS_H)
