// Everything the provider keeps, in one SQLite file that several processes share. Durable as ours:
// write-ahead log, and each commit waits for the disk.

import Database from 'better-sqlite3';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS people (
    id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, password TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS artifacts (
    kind TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, expires_at INTEGER,
    consumed_at INTEGER, grant_id TEXT, uid TEXT, PRIMARY KEY (kind, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS artifacts_by_grant ON artifacts (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS artifacts_by_uid ON artifacts (uid) WHERE uid IS NOT NULL;
`;

const now = () => Math.floor(Date.now() / 1000);

export class Store {
  constructor(file) {
    const database = new Database(file, { timeout: 10_000 });
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.exec(SCHEMA);
    const found = 'SELECT payload, expires_at, consumed_at FROM artifacts WHERE kind = ?';
    this.prepared = {
      find: database.prepare(`${found} AND id = ?`),
      findByUid: database.prepare(`${found} AND uid = ?`),
      upsert: database.prepare(`
        INSERT INTO artifacts (kind, id, payload, expires_at, grant_id, uid)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at,
          grant_id = excluded.grant_id, uid = excluded.uid
      `),
      consume: database.prepare('UPDATE artifacts SET consumed_at = ? WHERE kind = ? AND id = ?'),
      destroy: database.prepare('DELETE FROM artifacts WHERE kind = ? AND id = ?'),
      revoke: database.prepare('DELETE FROM artifacts WHERE kind = ? AND grant_id = ?'),
      addPerson: database.prepare('INSERT INTO people VALUES (?, ?, ?, ?)'),
      person: database.prepare('SELECT id, email, name FROM people WHERE id = ?'),
      personByEmail: database.prepare('SELECT id, password FROM people WHERE email = ?'),
    };
  }

  /** The adapter of one kind of artifact, as the package wants it. */
  adapter(kind) {
    const { prepared } = this;
    return {
      async upsert(id, payload, expiresIn) {
        const until = expiresIn ? now() + expiresIn : null;
        const json = JSON.stringify(payload);
        prepared.upsert.run(kind, id, json, until, payload.grantId ?? null, payload.uid ?? null);
      },
      async find(id) {
        return alive(prepared.find.get(kind, id));
      },
      async findByUid(uid) {
        return alive(prepared.findByUid.get(kind, uid));
      },
      async consume(id) {
        prepared.consume.run(now(), kind, id);
      },
      async destroy(id) {
        prepared.destroy.run(kind, id);
      },
      async revokeByGrantId(grantId) {
        prepared.revoke.run(kind, grantId);
      },
    };
  }

  addPerson({ id, email, name, password }) {
    this.prepared.addPerson.run(id, email, name, password);
  }

  person(id) {
    return this.prepared.person.get(id);
  }

  personByEmail(email) {
    return this.prepared.personByEmail.get(email);
  }
}

function alive(row) {
  if (!row || (row.expires_at !== null && row.expires_at < now())) {
    return undefined;
  }
  const payload = JSON.parse(row.payload);
  return row.consumed_at ? { ...payload, consumed: row.consumed_at } : payload;
}
