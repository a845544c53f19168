import type { Outbox } from '@catga/core';
import { FileOutboxStore } from './file-outbox-store.js';
import { resolveFileOutboxOptions } from './file-outbox-options.js';
import type { FileOutboxOptions } from './file-outbox-options.js';
import { openDatabase } from './open-database.js';

/**
 * An outbox on disk: what `publish` and `enqueue` resolved for while the engine was away is there after a crash of the
 * process, and after a power failure if the disk keeps what it says it has written.
 *
 * @throws CatgaError `CATGA_CONFIGURATION` for options that make no sense; at start-up for a folder that is in use,
 *   damaged, or no outbox
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
