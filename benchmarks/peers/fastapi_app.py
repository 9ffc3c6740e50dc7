"""The server that a team with FastAPI would write, for the few requests that we compare. It runs in an environment of its own.

Access by the same tokens, the same tables (a copy without our triggers), a response model, one worker of uvicorn with uvloop.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import jwt
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

KEY = os.environ["SECRET_KEY"]
LOG = """CREATE TABLE IF NOT EXISTS peer_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id uuid NOT NULL, record_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT now(), document json NOT NULL)"""
LIST = """SELECT * FROM training_set WHERE user_id = $1 AND deleted_at IS NULL
    ORDER BY created_at DESC, id DESC LIMIT $2"""
HEAD = "SELECT version, epoch FROM sync_head WHERE user_id = $1"
INSERT = """INSERT INTO training_set (id, user_id, exercise_id, position, kind, reps, load_kg, rpe, typed_load_unit, tempo,
    target_typed_load_unit, target_reference, side, metadata, completed_at, notes, created_at, updated_at)
    VALUES ($1, $2, $3, $4, 'working', $5, $6, $7, '', '', '', '', '', '{}', $8, '', now(), now())"""
INSERT_LOG = "INSERT INTO peer_log (user_id, record_id, document) VALUES ($1, $2, $3)"


class Set(BaseModel):
    """All that our answer shows of a set, in the same order."""

    id: UUID
    position: float
    kind: str
    target_reps: int | None
    target_max_reps: int | None
    target_load_kg: Decimal | None
    target_typed_load: Decimal | None
    target_typed_load_unit: str
    target_percentage: Decimal | None
    target_reference: str
    target_rpe: Decimal | None
    target_rir: Decimal | None
    target_duration_s: int | None
    target_distance_m: Decimal | None
    rest_s: int | None
    tempo: str
    notes: str
    exercise: Annotated[UUID, Field(validation_alias="exercise_id")]
    reps: int | None
    load_kg: Decimal | None
    typed_load: Decimal | None
    typed_load_unit: str
    rpe: Decimal | None
    rir: Decimal | None
    duration_s: int | None
    distance_m: Decimal | None
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    results: list[Set]


class NewSet(BaseModel):
    id: UUID
    exercise: UUID
    position: float
    reps: int
    load_kg: Decimal
    rpe: Decimal
    completed_at: datetime


class Head(BaseModel):
    version: int
    epoch: UUID


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=10) as pool:
        await pool.execute(LOG)
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


def user_of(authorization: Annotated[str, Header()]) -> UUID:
    try:
        return UUID(jwt.decode(authorization.removeprefix("Bearer "), KEY, ["HS256"])["user_id"])
    except (jwt.InvalidTokenError, KeyError, ValueError) as error:
        raise HTTPException(401) from error


User = Annotated[UUID, Depends(user_of)]


@app.get("/live")
async def live() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/sets")
async def sets(user: User, page_size: int = 50) -> Page:
    rows: Any = await app.state.pool.fetch(LIST, user, page_size)
    return Page(results=[Set.model_validate(dict(row)) for row in rows])


@app.get("/head")
async def head(user: User) -> Head:
    return Head.model_validate(dict(await app.state.pool.fetchrow(HEAD, user)))


@app.post("/sets", status_code=201)
async def create(user: User, given: NewSet) -> NewSet:
    async with app.state.pool.acquire() as connection, connection.transaction():
        values = (given.position, given.reps, given.load_kg, given.rpe, given.completed_at)
        await connection.execute(INSERT, given.id, user, given.exercise, *values)
        await connection.execute(INSERT_LOG, user, given.id, given.model_dump_json())
    return given
