export { fileOutbox } from './file-outbox.js';
export type { FileOutboxOptions } from './file-outbox-options.js';
