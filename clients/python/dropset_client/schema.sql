-- The whole state of one device. Opening a store runs this file; every statement may run again.

-- The base: what the server said last, record by record. Never edited by the app.
CREATE TABLE IF NOT EXISTS record (
    entity            TEXT    NOT NULL,
    id                TEXT    NOT NULL,
    version           INTEGER NOT NULL,
    deleted           INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    data              TEXT,
    last_modified_at  TEXT,
    PRIMARY KEY (entity, id)
) WITHOUT ROWID;

-- A snapshot on its way: it becomes the base when its last page is here, and until then the user sees the old one.
CREATE TABLE IF NOT EXISTS incoming (
    entity            TEXT    NOT NULL,
    id                TEXT    NOT NULL,
    version           INTEGER NOT NULL,
    deleted           INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    data              TEXT,
    last_modified_at  TEXT,
    PRIMARY KEY (entity, id)
) WITHOUT ROWID;

-- The queue: what the user did and the server has not answered yet, in the order it was done.
CREATE TABLE IF NOT EXISTS mutation (
    seq             INTEGER PRIMARY KEY,
    id              TEXT    NOT NULL UNIQUE,
    entity          TEXT    NOT NULL,
    record_id       TEXT    NOT NULL,
    op              TEXT    NOT NULL,
    base_version    INTEGER NOT NULL,
    at              TEXT    NOT NULL,
    patch           TEXT    NOT NULL,
    group_id        TEXT,
    schema_version  INTEGER NOT NULL,
    state           TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'deferred')),
    repairs         TEXT
);
-- The view asks for the unsent changes of one record, or of one entity.
CREATE INDEX IF NOT EXISTS mutation_by_record ON mutation (entity, record_id, seq);
-- How many wait for another record, and whether any does not.
CREATE INDEX IF NOT EXISTS mutation_by_state ON mutation (state);
-- The next one that makes good a refused change: it travels by itself.
CREATE INDEX IF NOT EXISTS mutation_that_repairs ON mutation (seq) WHERE repairs IS NOT NULL;

-- What a queued resolution of a conflict will do to the record it is about. For the view only, never sent.
CREATE TABLE IF NOT EXISTS effect (
    seq        INTEGER PRIMARY KEY,
    entity     TEXT NOT NULL,
    record_id  TEXT NOT NULL,
    op         TEXT NOT NULL,
    patch      TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS effect_by_record ON effect (entity, record_id);

-- The base of before the server was restored, kept until this device has given back what the server lost.
CREATE TABLE IF NOT EXISTS old_record (
    entity            TEXT    NOT NULL,
    id                TEXT    NOT NULL,
    version           INTEGER NOT NULL,
    deleted           INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    data              TEXT,
    last_modified_at  TEXT,
    PRIMARY KEY (entity, id)
) WITHOUT ROWID;

-- What is given back, and what the server answered.
CREATE TABLE IF NOT EXISTS rescue (
    seq             INTEGER PRIMARY KEY,
    id              TEXT    NOT NULL UNIQUE,
    entity          TEXT    NOT NULL,
    record_id       TEXT    NOT NULL,
    op              TEXT    NOT NULL,
    base_version    INTEGER NOT NULL,
    at              TEXT    NOT NULL,
    patch           TEXT    NOT NULL,
    group_id        TEXT,
    schema_version  INTEGER NOT NULL,
    old_version     INTEGER NOT NULL,
    status          TEXT,
    version         INTEGER
);
CREATE UNIQUE INDEX IF NOT EXISTS rescue_by_record ON rescue (entity, record_id);

-- The dead letter: refused for good, kept with the reason until the user repairs or discards it.
CREATE TABLE IF NOT EXISTS rejected (
    id             TEXT PRIMARY KEY,
    seq            INTEGER NOT NULL,
    entity         TEXT NOT NULL,
    record_id      TEXT NOT NULL,
    op             TEXT NOT NULL,
    base_version   INTEGER NOT NULL,
    at             TEXT NOT NULL,
    patch          TEXT NOT NULL,
    group_id       TEXT,
    schema_version INTEGER NOT NULL,
    code           TEXT NOT NULL,
    detail         TEXT NOT NULL,
    fields         TEXT NOT NULL
);
-- The list of them, page by page.
CREATE INDEX IF NOT EXISTS rejected_in_order ON rejected (seq, id);
-- What hung on nothing when it was given back to a restored server: looked through after every pull.
CREATE INDEX IF NOT EXISTS rejected_by_code ON rejected (code, seq, id);

-- Refused changes that the user gave up while there was no network: the server still keeps them.
CREATE TABLE IF NOT EXISTS discarded (
    id  TEXT PRIMARY KEY
) WITHOUT ROWID;

-- The verdict on every mutation that left the queue: the proof that none left it without one.
CREATE TABLE IF NOT EXISTS outcome (
    n             INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    seq           INTEGER NOT NULL,
    status        TEXT    NOT NULL,
    version       INTEGER,
    replayed      INTEGER NOT NULL,
    conflict_ids  TEXT    NOT NULL
);

-- Imports from other apps, the oldest first. Like what follows for this device only, never sent.
CREATE TABLE IF NOT EXISTS import (
    n          INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    source     TEXT NOT NULL,
    file       TEXT NOT NULL,
    at         TEXT NOT NULL,
    options    TEXT NOT NULL,
    counts     TEXT NOT NULL,
    replaces   TEXT,
    undone_at  TEXT
);

-- What an import read of each record, what it did to it, and what stood before.
CREATE TABLE IF NOT EXISTS imported (
    import_n   INTEGER NOT NULL REFERENCES import (n),
    entity     TEXT    NOT NULL,
    record_id  TEXT    NOT NULL,
    parent_id  TEXT,
    act        TEXT    NOT NULL CHECK (act IN ('made', 'changed', 'deleted', 'seen')),
    line       INTEGER NOT NULL,
    label      TEXT    NOT NULL,
    said       TEXT    NOT NULL,
    before     TEXT    NOT NULL,
    PRIMARY KEY (import_n, entity, record_id)
) WITHOUT ROWID;
-- What later imports made of a record, or put below it.
CREATE INDEX IF NOT EXISTS imported_by_record ON imported (record_id);
CREATE INDEX IF NOT EXISTS imported_by_parent ON imported (parent_id);

-- Single values: identity, tokens, cursor, counters.
CREATE TABLE IF NOT EXISTS meta (
    key    TEXT PRIMARY KEY,
    value  TEXT NOT NULL
) WITHOUT ROWID;
