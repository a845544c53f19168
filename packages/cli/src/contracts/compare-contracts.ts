import type { ContractDocument, ContractMessage } from './contract-document.js';
import { SchemaComparison } from './compare-schemas.js';

/** A difference between two documents of one service. */
export interface ContractChange {
  readonly code: string;
  /** Wire name of the message; `*` for all. */
  readonly message: string;
  /** Whether the change may break senders or stored messages. */
  readonly isBreaking: boolean;
  readonly text: string;
}

type Change = Omit<ContractChange, 'message'>;

/** Compares two documents: breaking changes first, then by message. */
export function compareContracts(
  before: ContractDocument,
  after: ContractDocument,
): readonly ContractChange[] {
  const changes: ContractChange[] = [];
  const { serializer } = before;
  if (serializer !== undefined && after.serializer !== undefined && serializer !== after.serializer)
    changes.push({
      message: '*',
      ...breaking(
        'serializer-changed',
        `The serializer ${serializer} is now ${after.serializer}: they cannot read each other's messages.`,
      ),
    });
  for (const [message, old] of before.messages) {
    const now = after.messages.get(message);
    const found =
      now === undefined
        ? [breaking('message-removed', `The ${old.kind} is no longer handled.`)]
        : [...ofMessage(old, now), ...ofSchema(old, now, before, after)];
    for (const change of found) changes.push({ message, ...change });
  }
  for (const [message, { kind }] of after.messages)
    if (!before.messages.has(message))
      changes.push({ message, ...compatible('message-added', `The ${kind} is handled now.`) });
  return changes.sort((one, other) => Number(other.isBreaking) - Number(one.isBreaking));
}

function* ofMessage(old: ContractMessage, now: ContractMessage): Generator<Change> {
  if (old.kind !== now.kind) {
    // All other differences follow from it.
    yield breaking('kind-changed', `The ${old.kind} is now a${now.kind === 'event' ? 'n' : ''} ${now.kind}.`);
    return;
  }
  if (now.qos < old.qos) yield breaking('qos-lowered', `QoS ${old.qos} is now QoS ${now.qos}.`);
  if (now.qos > old.qos) yield compatible('qos-raised', `QoS ${old.qos} is now QoS ${now.qos}.`);
  if (old.isKeyed && !now.isKeyed)
    yield breaking('key-removed', 'The key was removed, so messages are not handled in order.');
  if (!old.isKeyed && now.isKeyed)
    yield compatible('key-added', 'A key was added, so messages are handled in order.');
  for (const error of old.errors)
    if (!now.errors.includes(error))
      yield breaking('error-removed', `Callers no longer get ${error} as its class.`);
  const queueLost = old.kind === 'command' && now.subscriptions.length === 0;
  for (const id of old.subscriptions)
    if (queueLost) yield breaking('queue-removed', 'It can no longer be queued.');
    else if (!now.subscriptions.includes(id))
      yield breaking(
        'subscription-removed',
        `The backlog of the durable subscription ${id} is no longer handled.`,
      );
  for (const id of now.subscriptions)
    if (!old.subscriptions.includes(id))
      yield compatible('subscription-added', `The subscription ${id} was added.`);
  for (const handler of now.nodeHandlers)
    if (!old.nodeHandlers.includes(handler))
      yield compatible('node-handler-added', `${handler} runs on every node.`);
}

function* ofSchema(
  old: ContractMessage,
  now: ContractMessage,
  before: ContractDocument,
  after: ContractDocument,
): Generator<Change> {
  if (old.kind !== now.kind) return;
  if (old.schema === undefined) {
    if (now.schema !== undefined) yield compatible('schema-added', 'A schema was added.');
    return;
  }
  if (now.schema === undefined) return yield compatible('schema-removed', 'The schema was removed.');
  for (const { code, path, text } of new SchemaComparison(before, after).narrowed(old.schema, now.schema))
    yield breaking(code, `${path === '' ? 'The content' : path} ${text}`);
}

function breaking(code: string, text: string): Change {
  return { code, isBreaking: true, text };
}

function compatible(code: string, text: string): Change {
  return { code, isBreaking: false, text };
}
