"""Housekeeping of the shared tables."""

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from lib.counters import delete_expired_counters
from lib.jobs import QUICK, periodic

STALLED_AFTER_S = 600
KEEP_FINISHED_JOBS_H = 24 * 14


@periodic("lib.delete_expired_counters", cron="17 * * * *")
def delete_counters(timestamp: int) -> None:
    delete_expired_counters()


@app.periodic(cron="*/5 * * * *")
@app.task(name="lib.retry_stalled_jobs", queue=QUICK, queueing_lock="lib.retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """A killed worker leaves its job as if it still ran: give it to another one. Finished jobs are deleted in the end."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        try:
            await manager.retry_job(job)
        except UniqueViolation:  # the same is waiting already, under its key: that one does the work
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)
    await manager.delete_old_jobs(nb_hours=KEEP_FINISHED_JOBS_H)
