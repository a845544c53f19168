// The ledger: a process that nothing happens to. It writes down what handlers do before it answers them.
import { openSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { LOOPBACK } from '@catga/servers';
import type { LedgerAnswer, LedgerLine, LedgerRecord } from './ledger-protocol.js';

const [file = ''] = process.argv.slice(2);
const descriptor = openSync(file, 'a');
const times = new Map<string, number>();

function take(line: LedgerLine): LedgerAnswer {
  writeSync(descriptor, `${JSON.stringify({ ...line, atMs: Date.now() } satisfies LedgerRecord)}\n`);
  const key = `${line.service} ${line.id}`;
  const count = (times.get(key) ?? 0) + (line.what === 'got' ? 1 : 0);
  if (count > 0) times.set(key, count);
  return { number: line.number, times: count };
}

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy()); // Whoever spoke was killed.
  const lines = createInterface({ input: socket });
  lines.on('error', () => lines.close());
  lines.on('line', (line) => socket.write(`${JSON.stringify(take(JSON.parse(line) as LedgerLine))}\n`));
});
server.listen(0, LOOPBACK, () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.once('disconnect', () => process.exit());
