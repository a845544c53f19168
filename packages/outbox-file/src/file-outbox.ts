import type { Outbox } from '@catga/core';
import { FileOutboxStore } from './file-outbox-store.js';
import { resolveFileOutboxOptions } from './file-outbox-options.js';
import type { FileOutboxOptions } from './file-outbox-options.js';
import { openDatabase } from './open-database.js';

/**
 * Outbox on disk: messages for which `publish` and `enqueue` resolved during an engine outage survive a crash of the process, and a power
 * failure if the disk honours flushes.
 *
 * @throws CatgaError `CATGA_CONFIGURATION` for invalid options; at start-up for a folder that is in use, corrupt, or not an outbox
 * @publicApi
 */
export function fileOutbox(options: FileOutboxOptions): Outbox {
  const resolved = resolveFileOutboxOptions(options);
  return Object.freeze({
    name: 'file',
    capabilities: Object.freeze({ isLasting: true, isTransactional: false }),
    async open({ namespace }: { readonly namespace: string }) {
      const database = await openDatabase(resolved.path);
      try {
        return await FileOutboxStore.load(database, namespace, resolved);
      } catch (thrown) {
        await database.close();
        throw thrown;
      }
    },
  });
}
