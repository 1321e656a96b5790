// `node server.js [FILE] [--port 9000] [--workers 2] [--people 12]`: makes keys, clients and people,
// serves them from a SQLite file in a folder of its own, and writes FILE for `--peer`.
// Ctrl-C ends it and removes the folder.

import cluster from 'node:cluster';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

import bcrypt from 'bcrypt';

import { makeProvider } from './provider.js';
import { Store } from './store.js';

const REDIRECT_URI = 'https://app.bench.example/callback';
const HERE = import.meta.dirname;
const secret = () => randomBytes(32).toString('base64url');

const settings = cluster.isPrimary ? undefined : JSON.parse(process.env.PEER_SETTINGS);
await (cluster.isPrimary ? start() : serve(settings));

async function start() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '9000' },
      workers: { type: 'string', default: '2' },
      people: { type: 'string', default: '12' },
    },
  });
  const port = Number(values.port);
  // Beside this file, not in a folder that may live in memory: the disk is part of the figures.
  const folder = mkdtempSync(join(HERE, 'store-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  ['SIGINT', 'SIGTERM'].forEach((signal) => process.on(signal, () => process.exit(0)));
  const file = join(folder, 'peer.sqlite3');
  const people = await addPeople(new Store(file), Number(values.people));
  const made = { port, file, jwk: signingKey(), cookieKey: secret(), clients: clients() };
  const env = { NODE_ENV: 'production', PEER_SETTINGS: JSON.stringify(made) };
  const workers = Array.from({ length: Number(values.workers) }, () => cluster.fork(env));
  cluster.on('exit', () => process.exit(1));
  await Promise.all(workers.map((worker) => once(worker, 'listening')));
  const [told = 'peer.json'] = positionals;
  mkdirSync(dirname(told), { recursive: true });
  writeFileSync(told, JSON.stringify(description(made, people), null, 2), { mode: 0o600 });
  console.log(`${workers.length} processes at ${issuer(port)}; description in ${told}`);
}

async function serve({ port, file, ...rest }) {
  makeProvider(issuer(port), new Store(file), rest).listen(port, '127.0.0.1');
}

function issuer(port) {
  return `http://localhost:${port}`;
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'bench' };
}

async function addPeople(store, count) {
  const people = Array.from({ length: count }, (_, number) => ({
    email: `person${number}@bench.example`, password: secret(),
  }));
  for (const { email, password } of people) {
    const id = randomUUID();
    store.addPerson({ id, email, name: 'Bench Person', password: await bcrypt.hash(password, 12) });
  }
  return people;
}

function clients() {
  const app = {
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [REDIRECT_URI],
  };
  const machine = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] };
  return [['bench-rotating', app], ['bench-keeping', app], ['bench-machine', machine]].map(
    ([id, members]) => ({ client_id: id, client_secret: secret(), ...members }),
  );
}

function description({ port, clients: all }, people) {
  const version = JSON.parse(
    readFileSync(join(HERE, 'node_modules/oidc-provider/package.json')),
  ).version;
  const [rotating, keeping, machine] = all.map(
    ({ client_id, client_secret }) => ({ client_id, client_secret }),
  );
  return {
    name: `oidc-provider ${version} on Node.js ${process.versions.node}`,
    issuer: issuer(port),
    port,
    pid: process.pid,
    redirect_uri: REDIRECT_URI,
    rotating,
    keeping,
    machine,
    people,
    steps: [
      { marker: 'password', typed: { login: '{email}', password: '{password}' } },
      { marker: 'decision', typed: { decision: 'allow' } },
    ],
  };
}
