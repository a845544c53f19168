import { describe, expect, it } from '@jest/globals';
import type { EncodedHeaders } from '../connection/header-block.js';
import type { ReaderServices } from '../jetstream/stream-reader.js';
import type { StoredEntry } from '../jetstream/stream-store.js';
import { NatsStreamLog } from './nats-stream-log.js';

const reader = { session: { maxPayloadBytes: 1024 } } as ReaderServices;

/** A stream that stores what it is given and says that somebody else was faster, as nats-server does to what is sent again. */
function forgetful(stored: (headers: string) => string | undefined): NatsStreamLog {
  let next: StoredEntry | undefined;
  return new NatsStreamLog(
    'catga.streams.',
    {
      shape: { name: 'catga_streams', subjects: [], replicas: 1 },
      mayLag: false,
      subjects: async () => [],
      at: async () => undefined,
      info: async () => undefined,
      make: () => Promise.reject(new Error('It is not made.')),
      last: async () => undefined,
      store: async (subject: string, data: Uint8Array, headers?: EncodedHeaders) => {
        const kept = stored(Buffer.from(headers?.encode() ?? []).toString());
        if (kept !== undefined) next = { subject, data, headers: kept, sequence: 9, storedAtMs: 1 };
        return undefined;
      },
      next: async (_subject: string, sequence: number) => (sequence <= 9 ? next : undefined),
    },
    reader,
  );
}

const entry = { head: '1 1', body: new Uint8Array(1) };

describe('An append on NATS that is refused', () => {
  it('is known as stored if it is what follows there: it was sent again after its acknowledgement was lost', async () => {
    await expect(forgetful((headers) => headers).append('a', entry, 3)).resolves.toBe(9);
  });

  it('is refused if another one follows there, or none', async () => {
    const others = (headers: string): string => headers.replace(/Catga-Append: /, 'Catga-Append: x');
    await expect(forgetful(others).append('a', entry, 3)).resolves.toBeUndefined();
    await expect(forgetful(() => undefined).append('a', entry, 3)).resolves.toBeUndefined();
  });

  it('is too large for the server', async () => {
    const large = { head: '1 1', body: new Uint8Array(1000) };
    await expect(forgetful(() => undefined).append('a', large, 0)).rejects.toMatchObject({
      code: 'CATGA_PAYLOAD_TOO_LARGE',
    });
  });
});
