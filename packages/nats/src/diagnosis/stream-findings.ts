import type { BrokerFinding } from '@catga/core/engine';

/** Share of a limit from which a store counts as full. */
const FULL_SHARE = 0.9;

/** Examined fields of a stream. */
export interface ExaminedStream {
  readonly config: {
    readonly name: string;
    readonly storage: string;
    readonly num_replicas: number;
    readonly max_bytes: number;
    readonly max_msgs: number;
  };
  readonly state: { readonly bytes: number; readonly messages: number };
}

/** Examined fields of the account. */
export interface AccountInfo {
  readonly storage: number;
  readonly limits: { readonly max_storage: number };
}

/** @param nodes the stream of the directory, which is in memory on purpose, because its nodes recreate it */
export function streamFindings(
  streams: readonly ExaminedStream[],
  nodes: string,
  isInCluster: boolean,
): readonly BrokerFinding[] {
  const findings: BrokerFinding[] = [];
  const namesOf = (isMeant: (stream: ExaminedStream) => boolean): string =>
    streams.flatMap((stream) => (isMeant(stream) ? [stream.config.name] : [])).join(', ');
  const full = namesOf(({ config, state }) =>
    [
      [state.bytes, config.max_bytes],
      [state.messages, config.max_msgs],
    ].some(([used = 0, most = 0]) => most > 0 && used >= most * FULL_SHARE),
  );
  if (full !== '')
    findings.push({
      code: 'nats-stream-full',
      severity: 'error',
      subject: full,
      text: 'The stream is full or nearly so: publishers are refused with CATGA_OVERLOADED.',
      remedy: 'Look for subscriptions with a backlog (catga subs ls); raise durable.maxBytes.',
    });
  const inMemory = namesOf(({ config: { name, storage } }) => storage === 'memory' && name !== nodes);
  if (inMemory !== '')
    findings.push({
      code: 'nats-memory-storage',
      severity: 'error',
      subject: inMemory,
      text: 'The stream is in memory: its messages are lost with the server.',
      remedy: 'Set durable.storage to file, and recreate the stream.',
    });
  const single = namesOf(({ config: { name, num_replicas: replicas } }) => replicas === 1 && name !== nodes);
  if (isInCluster && single !== '')
    findings.push({
      code: 'nats-one-replica',
      severity: 'warning',
      subject: single,
      text: 'The stream is on one server of the cluster: nodes stop working when that server fails.',
      remedy: 'Set the option replicas of nats() to 3, and edit the streams: nats stream edit --replicas 3.',
    });
  return findings;
}

export function accountFindings(
  subject: string,
  { storage, limits: { max_storage: most } }: AccountInfo,
): readonly BrokerFinding[] {
  if (most <= 0 || storage < most * FULL_SHARE) return [];
  return [
    {
      code: 'nats-storage-full',
      severity: 'error',
      subject,
      text: `JetStream stores ${storage} of at most ${most} bytes.`,
      remedy: 'Raise the storage of JetStream, or lower durable.maxAgeMs and durable.maxBytes.',
    },
  ];
}
