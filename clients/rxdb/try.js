// Two devices with RxDB, as the test tells them to live: `node try.js <address> <access> <exercise type>`.
// The last line is what both hold, as JSON.
import { randomUUID } from "node:crypto";
import { createRxDatabase } from "rxdb";
import { getRxStorageMemory } from "rxdb/plugins/storage-memory";
import { COLLECTIONS, replicate } from "./adapter.js";

const [address, access, exerciseType] = process.argv.slice(2);
const headers = { "Content-Type": "application/json", Authorization: `Bearer ${access}` };
const properties = { id: { type: "string", maxLength: 36 }, version: { type: "integer" } };
const schema = { version: 0, primaryKey: "id", type: "object", properties };

async function post(path, body) {
  const answer = await fetch(address + path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

let lost = null; // while it is set, no answer of a push arrives, and it is told so

// The answer of each push is lost once, and the push repeated.
async function call(path, body) {
  if (path !== "sync/push") return post(path, body);
  await post(path, body);
  if (lost === null) return post(path, body);
  lost();
  throw new Error("no network");
}

async function open(name) {
  const database = await createRxDatabase({ name, storage: getRxStorageMemory() });
  await database.addCollections(Object.fromEntries(COLLECTIONS.map((each) => [each, { schema }])));
  const device = { id: randomUUID(), instance_token: randomUUID() };
  await post("sync/devices", { ...device, name });
  const phone = { database, device, refused: [], disk: JSON.stringify({ seq: 0, outbox: {} }) };
  start(phone);
  return phone;
}

function start(phone) {
  const kept = JSON.parse(phone.disk);
  phone.replications = replicate({
    ...phone, call, kept, retryTime: 50,
    save: async () => { phone.disk = JSON.stringify(kept); },
    showRefused: (mutation, error) => phone.refused.push([mutation.record_id, error.code]),
  });
}

// The app is killed while its push has no answer.
async function killAfter(phone, work) {
  const sent = new Promise((resolve) => (lost = resolve));
  await work();
  await sent;
  await Promise.all(phone.replications.map((each) => each.cancel()));
  lost = null;
  start(phone);
}

// Pulls and pushes until nothing moves any more.
async function sync(phone) {
  for (let round = 0; round < 2; round++) {
    for (const each of phone.replications) each.reSync();
    await Promise.all(phone.replications.map((each) => each.awaitInSync()));
  }
}

const find = (phone, name, id) => phone.database[name].findOne(id).exec();
const [one, two] = [await open("one"), await open("two")];
await sync(one);
await sync(two);

// Children before their parents.
const [workout, exercise, set, bad] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
await one.database.set.insert({ id: set, exercise, reps: 8 });
await one.database.exercise.insert({ id: exercise, workout, exercise_type: exerciseType });
await one.database.workout.insert({ id: workout, title: "Legs", notes: "easy" });
await sync(one);
await sync(two);

// Different fields, then the same one; and a word that the server refuses.
await (await find(one, "workout", workout)).patch({ title: "Leg day" });
await (await find(two, "workout", workout)).patch({ notes: "left knee hurts" });
await sync(one);
await sync(two);
await killAfter(one, async () => (await find(one, "set", set)).patch({ reps: 9 }));
await one.database.workout.insert({ id: bad, title: "Arms", planned_on: "someday" });
await sync(one);
await (await find(two, "set", set)).patch({ reps: 10 });
await sync(two);
await sync(one);

// A deletion takes along what hangs on the record.
const gone = randomUUID();
await one.database.workout.insert({ id: gone, title: "Back" });
await one.database.exercise.insert({ id: randomUUID(), workout: gone, exercise_type: exerciseType });
await sync(one);
await sync(two);
await (await find(two, "workout", gone)).remove();
await sync(two);
await sync(one);

async function held(phone) {
  const found = await Promise.all(COLLECTIONS.map((name) => phone.database[name].find().exec()));
  const documents = found.map((each) => each.map((document) => document.toJSON()));
  const { outbox } = JSON.parse(phone.disk);
  return { ...Object.fromEntries(COLLECTIONS.map((name, n) => [name, documents[n]])), refused: phone.refused, outbox };
}
console.log(JSON.stringify({ workout, set, bad, devices: [await held(one), await held(two)] }));
process.exit(0);
