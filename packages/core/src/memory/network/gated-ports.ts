import type { DeadLetterStore } from '../../ports/dead-letter-store.js';
import type { IdempotencyStore } from '../../ports/idempotency-store.js';
import type { Inbox } from '../../ports/inbox.js';
import type { OutcomeLog } from '../../ports/outcome-log.js';
import type { NodeDirectory } from '../../ports/node-directory.js';
import type { PagedRecordStore } from '../../ports/record-store.js';
import type { StreamLog } from '../../ports/stream-log.js';
import type { SubscriptionRegister } from '../../ports/subscription-register.js';
import type { NodeGate } from './node-gate.js';

/** Idempotency store behind a node's gate. */
export function gatedIdempotency(store: IdempotencyStore, gate: NodeGate): IdempotencyStore {
  return {
    claim: (...request) => gate.ask(() => store.claim(...request)),
    renew: (...request) => gate.ask(() => store.renew(...request)),
    complete: (...request) => gate.ask(() => store.complete(...request)),
    release: (...request) => gate.ask(() => store.release(...request)),
    find: (...request) => gate.ask(() => store.find(...request)),
  };
}

/** Inbox behind a node's gate. */
export function gatedInbox(inbox: Inbox, gate: NodeGate): Inbox {
  return {
    has: (...request) => gate.ask(() => inbox.has(...request)),
    add: (...request) => gate.ask(() => inbox.add(...request)),
  };
}

/** Dead-letter store behind a node's gate. */
export function gatedDeadLetters(store: DeadLetterStore, gate: NodeGate): DeadLetterStore {
  return {
    put: (...request) => gate.ask(() => store.put(...request)),
    get: (...request) => gate.ask(() => store.get(...request)),
    list: (...request) => gate.ask(() => store.list(...request)),
    keys: (...request) => gate.ask(() => store.keys(...request)),
    remove: (...request) => gate.ask(() => store.remove(...request)),
  };
}

/** Subscription register behind a node's gate. */
export function gatedSubscriptions(register: SubscriptionRegister, gate: NodeGate): SubscriptionRegister {
  return {
    list: () => gate.ask(() => register.list()),
    drop: (id) => gate.ask(() => register.drop(id)),
  };
}

/** Outcome log behind a node's gate. */
export function gatedOutcomes(outcomes: OutcomeLog, gate: NodeGate): OutcomeLog {
  return {
    append: (...request) => gate.ask(() => outcomes.append(...request)),
    find: (...request) => gate.ask(() => outcomes.find(...request)),
  };
}

/** Streams behind a node's gate. */
export function gatedStreams(streams: StreamLog, gate: NodeGate): StreamLog {
  return {
    maxEntryBytes: streams.maxEntryBytes,
    state: () => gate.ask(() => streams.state()),
    append: (...request) => gate.ask(() => streams.append(...request)),
    last: (stream) => gate.ask(() => streams.last(stream)),
    read: (...request) => gate.ask(() => streams.read(...request)),
    readAll: (...request) => gate.ask(() => streams.readAll(...request)),
  };
}

/** Records behind a node's gate. */
export function gatedRecords(records: PagedRecordStore, gate: NodeGate): PagedRecordStore {
  return {
    maxValueBytes: records.maxValueBytes,
    read: (key) => gate.ask(() => records.read(key)),
    list: (prefix) => gate.ask(() => records.list(prefix)),
    write: (...request) => gate.ask(() => records.write(...request)),
    remove: (...request) => gate.ask(() => records.remove(...request)),
    page: (...request) => gate.ask(() => records.page(...request)),
  };
}

/** Node directory behind a node's gate: a paused node sends no heartbeats and gets no changes. */
export function gatedDirectory(directory: NodeDirectory, gate: NodeGate): NodeDirectory {
  return {
    announce: (node) => gate.ask(() => directory.announce(node)),
    refresh: (node) => gate.ask(() => directory.refresh(node)),
    withdraw: (address) => gate.ask(() => directory.withdraw(address)),
    watch: (listener) =>
      gate.ask(() =>
        directory.watch({
          present: (node) => gate.pass(() => listener.present(node)),
          left: (nodeId) => gate.pass(() => listener.left(nodeId)),
        }),
      ),
  };
}
