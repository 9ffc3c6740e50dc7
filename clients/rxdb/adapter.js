// All that is between RxDB and Dropset. docs/sync-engines.md explains it; `try.js` uses it, in a test against the server.
import { replicateRxCollection } from "rxdb/plugins/replication";

// A parent stands before what hangs on it.
export const COLLECTIONS = ["settings", "exercise_type", "workout", "exercise", "set", "measurement", "conflict"];

// database: has a collection for each of COLLECTIONS.
// device: {id, instance_token}, registered.
// call(path, body): posts JSON; after a time-out or a 5xx it repeats until there is an answer; throws for other errors.
// kept: {seq: 0, outbox: {}} at first; save() writes it to the disk.
// showRefused(mutation, error): for the user, to repair or discard.
export function replicate({ database, device, call, kept, save, showRefused, retryTime = 5000 }) {
  const seen = Object.fromEntries(COLLECTIONS.map((name) => [name, 0])); // version of each last pull that came to its end
  const ack = () => Math.min(...Object.values(seen));
  let epoch = null;
  let turn = Promise.resolve(); // one push at a time, whichever collection it is of
  const inTurn = (work) => (turn = turn.then(work, work));
  const toDocument = (record) => ({ ...record.data, id: record.id, version: record.version, _deleted: record.deleted });

  const pull = (name) => async (checkpoint, limit) => {
    const page = await call("sync/pull", { entities: [name], cursor: checkpoint?.cursor ?? null, limit });
    epoch = page.epoch;
    if (!page.has_more) seen[name] = page.version;
    return { documents: page.changes.map(toDocument), checkpoint: { cursor: page.cursor } };
  };

  // The mutation of a change. If the engine asks for the same change again, it is the same mutation.
  const entryOf = (name, { newDocumentState: mine, assumedMasterState: base }) => {
    const key = JSON.stringify([name, mine, base ?? null]);
    const { id, version, _deleted, ...fields } = mine;
    const isNew = ([field, value]) => JSON.stringify(value) !== JSON.stringify(base?.[field]);
    kept.outbox[key] ??= {
      mutation: {
        id: crypto.randomUUID(), seq: ++kept.seq, entity: name, record_id: id, at: new Date().toISOString(),
        op: _deleted ? "delete" : base ? "update" : "create", base_version: _deleted ? ack() : base?.version ?? 0,
        patch: _deleted ? {} : Object.fromEntries(Object.entries(fields).filter(isNew)),
      },
      result: null,
    };
    return kept.outbox[key];
  };

  // Sends all that has no final answer, in its order: also what a push before this one, or before a restart, did not finish.
  const send = async () => {
    const open = Object.values(kept.outbox).filter(({ result }) => !result || result.status === "deferred");
    open.sort((one, other) => one.mutation.seq - other.mutation.seq);
    const answer = open.length && await call("sync/push", {
      protocol: 1, device_id: device.id, instance_token: device.instance_token, client_now: new Date().toISOString(),
      epoch, ack_version: ack(), mutations: open.map(({ mutation }) => mutation),
    });
    open.forEach((entry, place) => {
      entry.result = answer.results[place];
      if (entry.result.status === "rejected") showRefused(entry.mutation, entry.result.error);
    });
  };

  // Gives the engine what stands now where that is not what it sent; it takes that over.
  const push = (name) => (rows) => inTurn(async () => {
    const entries = rows.map((row) => entryOf(name, row));
    await save(); // before anything goes out
    await send();
    await save();
    if (entries.some(({ result }) => result.status === "deferred")) throw new Error("Its parent is not there yet."); // asks again
    for (const { mutation } of entries)
      for (const [key, { mutation: older }] of Object.entries(kept.outbox))
        if (older.record_id === mutation.record_id && older.seq <= mutation.seq) delete kept.outbox[key];
    await save();
    return entries.flatMap(({ result }, place) => {
      if (result.record) return [toDocument(result.record)];
      return result.status === "rejected" ? [{ ...rows[place].newDocumentState, _deleted: true }] : [];
    });
  });

  return COLLECTIONS.map((name) => replicateRxCollection({
    collection: database[name], replicationIdentifier: `dropset-${name}`, live: true, retryTime,
    pull: { handler: pull(name), batchSize: 1000 }, push: { handler: push(name), batchSize: 50 },
  }));
}
