import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fileOutbox } from '@catga/outbox-file';
import { afterEach, describe, expect, it } from '@jest/globals';

const writer = fileURLToPath(new URL('writer.mjs', import.meta.url));
const client = { namespace: 'catga', nodeId: 'reader', committed() {}, known: () => [], resolve() {} };
const folders: string[] = [];
/** Processes start, and a busy machine takes its time. */
const WITHIN_MS = 240_000;

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** Runs a process that writes, until `stored` messages are said to be, and kills it while it goes on. */
async function writeAndKill(path: string, stored: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [writer, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const said: string[] = [];
  for await (const messageId of createInterface({ input: child.stdout })) {
    said.push(messageId);
    if (said.length === stored) child.kill('SIGKILL');
  }
  const [, signal] = (await gone) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  return said;
}

async function everything(path: string): Promise<readonly string[]> {
  const store = await fileOutbox({ path }).open(client);
  try {
    return (await store.list('waiting', 1_000_000)).map(({ message }) => message.messageId);
  } finally {
    await store.close();
  }
}

describe('a process that is killed while it writes', () => {
  it(
    'leaves in the outbox everything that it said is stored, in order, time after time',
    async () => {
      const path = await mkdtemp(join(tmpdir(), 'catga-outbox-'));
      folders.push(path);
      let before = 0;
      for (const stored of [1, 100, 777]) {
        const said = await writeAndKill(path, stored);
        const kept = (await everything(path)).slice(before);
        before += kept.length;
        expect(said.length).toBeGreaterThanOrEqual(stored);
        expect(kept).toEqual(expect.arrayContaining([...said]));
        // Nothing between two that are there is missing, and what was not confirmed is whole or not there at all.
        expect(kept).toEqual(kept.map((_, i) => `${Math.floor(i / 8)}-${i % 8}`));
      }
    },
    WITHIN_MS,
  );

  it(
    'keeps another process out while it runs',
    async () => {
      const path = await mkdtemp(join(tmpdir(), 'catga-outbox-'));
      folders.push(path);
      const child = spawn(process.execPath, [writer, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      const gone = once(child, 'exit');
      await once(child.stdout, 'data');
      await expect(fileOutbox({ path }).open(client)).rejects.toMatchObject({
        code: 'CATGA_CONFIGURATION',
        message: expect.stringContaining('is in use') as unknown,
      });
      child.kill('SIGKILL');
      await gone;
      expect((await everything(path)).length).toBeGreaterThan(0);
    },
    WITHIN_MS,
  );
});
