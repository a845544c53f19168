import { readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { json } from '@catga/core';
import type { OutboxMessage, OutboxStore } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { fileOutbox } from './file-outbox.js';
import { openDatabase } from './open-database.js';
import { temporaryFolder } from './temporary-folder.fixture.js';

const client = { namespace: 'catga', nodeId: 'n1', committed() {}, known: () => [], resolve() {} };

function waiting(messageId: string): OutboxMessage {
  return {
    message: {
      messageId,
      name: 'orders.shipped.v1',
      kind: 'event',
      body: json().encode({ messageId, text: 'x'.repeat(100) }),
      serializer: 'json',
      headers: {},
      key: undefined,
      correlationId: messageId,
      causationId: undefined,
      originNodeId: 'n1',
      sentAtMs: 0,
      history: [],
    },
  };
}

/** A folder with these messages, each written by itself, and the outbox closed. */
async function folderWith(...ids: string[]): Promise<string> {
  const path = await temporaryFolder();
  const store = await fileOutbox({ path }).open(client);
  for (const id of ids) await store.add([waiting(id)]);
  await store.close();
  return path;
}

const open = (path: string): Promise<OutboxStore> => fileOutbox({ path }).open(client);

async function fileOf(path: string, pattern: RegExp): Promise<string> {
  const found = (await readdir(path)).find((file) => pattern.test(file));
  if (found === undefined) throw new Error(`No ${pattern} in ${path}`);
  return join(path, found);
}

/** Changes one byte where a text stands in a file. */
async function damage(file: string, text: string): Promise<void> {
  const bytes = await readFile(file);
  const at = bytes.indexOf(text);
  expect(at).toBeGreaterThan(0);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeFile(file, bytes);
}

describe('an outbox on disk', () => {
  it('makes its folder, and those above it', async () => {
    const path = join(await temporaryFolder(), 'deep', 'outbox');
    const store = await open(path);
    await store.add([waiting('a')]);
    await store.close();
    expect(await readdir(path)).toContain('CURRENT');
  });

  it('is used by one node at a time, and says so to the other', async () => {
    const path = await temporaryFolder();
    const first = await open(path);
    await expect(open(path)).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      message: expect.stringContaining('is in use by another node or process') as unknown,
    });
    await first.close();
    await (await open(path)).close();
  });

  it('refuses wrong options, all at once', () => {
    const wrong = { path: '', maxMessages: 0, maxByte: 1 } as unknown as { path: string };
    expect(() => fileOutbox(wrong)).toThrow(/path.*maxMessages.*maxByte/);
  });

  it('refuses a folder of something else, and leaves it alone', async () => {
    const path = await temporaryFolder();
    await writeFile(join(path, 'notes.txt'), 'mine');
    await expect(open(path)).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION', details: { path } });
    expect(await readdir(path)).toEqual(['notes.txt']);
  });

  it('refuses a path that is a file', async () => {
    const path = join(await temporaryFolder(), 'file');
    await writeFile(path, '');
    await expect(open(path)).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION', details: { path } });
  });

  it('refuses what a newer version has written', async () => {
    const path = await folderWith('a');
    const database = await openDatabase(path);
    await database.put('!format', Buffer.from('2'));
    await database.close();
    await expect(open(path)).rejects.toThrow(/has format 2/);
  });

  it('has a message left of a write that broke off at the end, and no half of one', async () => {
    const path = await folderWith('a', 'b', 'c');
    const log = await fileOf(path, /\.log$/);
    await truncate(log, (await readFile(log)).length - 40);
    const store = await open(path);
    const left = await store.list('waiting', 10);
    expect(left.map(({ message }) => message.messageId)).toEqual(['a', 'b']);
    await store.close();
  });

  it('refuses to pass over a message that the disk has lost', async () => {
    const path = await folderWith('a', 'b', 'c');
    await damage(await fileOf(path, /\.log$/), '"messageId":"b"');
    await expect(open(path)).rejects.toThrow(/is corrupt/);
    await expect(open(path)).rejects.toThrow(/is corrupt/); // the first attempt has not made it look sound
  });

  it.each([
    ['CURRENT', /^CURRENT$/],
    ['the manifest', /^MANIFEST/],
    ['the log', /\.log$/],
  ])('refuses a folder that lacks %s', async (_, pattern) => {
    const path = await folderWith('a');
    await rm(await fileOf(path, pattern));
    await expect(open(path)).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      message: expect.stringContaining('is corrupt') as unknown,
    });
  });

  it('refuses a table with a byte changed', async () => {
    const path = await folderWith('a', 'b');
    const database = await openDatabase(path);
    await database.compactRange('', '~');
    await database.close();
    await damage(await fileOf(path, /\.ldb$/), 'orders.shipped');
    await expect(open(path)).rejects.toThrow(/is corrupt/);
  });

  it('pages by bytes, so that large messages are not all in memory at once', async () => {
    const path = await temporaryFolder();
    const store = await open(path);
    const large = (id: string): OutboxMessage => ({
      message: { ...waiting(id).message, body: new Uint8Array(3 * 1024 * 1024) },
    });
    await store.add([large('a'), large('b')]);
    const [first, ...rest] = await store.list('waiting', 10);
    expect(rest).toEqual([]);
    await expect(store.list('waiting', 10, first!.id)).resolves.toHaveLength(1);
    await store.close();
  });
});
