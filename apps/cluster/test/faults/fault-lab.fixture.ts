import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NatsServer, RedisServer } from '@catga/servers';
import type { TcpProxy } from '@catga/servers';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import type { EngineName } from '../../src/conductor/conductor-options.js';
import { LedgerReader } from '../../src/conductor/ledger-reader.js';
import { ProbeProcess } from './probe-process.fixture.js';
import { until } from './until.fixture.js';

/** Long, for machines that do much else: a case starts up to four processes. */
export const CASE_WITHIN_MS = 180_000;

/** How long a claim lasts without its holder, where a case does not say. */
const LEASE_MS = 2000;

/** A broker, nodes as processes, and the ledgers of what they did. */
export class FaultLab {
  readonly namespace = `faults-${randomUUID().slice(0, 8)}`;
  private readonly directory = mkdtempSync(join(tmpdir(), 'catga-faults-'));
  private readonly ledgers = new LedgerReader(this.directory);
  private readonly processes: ProbeProcess[] = [];
  private raw: NatsConnection | undefined;

  private constructor(
    readonly broker: NatsServer | RedisServer,
    private readonly engine: EngineName,
    private readonly leaseMs: number,
  ) {}

  static async open(engine: EngineName = 'nats', leaseMs = LEASE_MS): Promise<FaultLab> {
    const broker = await (engine === 'nats' ? NatsServer.spawn() : RedisServer.spawn());
    return new FaultLab(broker, engine, leaseMs);
  }

  /** The broker, by a way that a case may cut. */
  urlOver(proxy: TcpProxy): string {
    return this.broker.url.replace(/\d+$/, String(proxy.port));
  }

  /** Starts nodes side by side; they see each other when it resolves. */
  async start<Id extends string>(...nodeIds: readonly Id[]): Promise<Record<Id, ProbeProcess>> {
    const started = await Promise.all(nodeIds.map((nodeId) => this.node(nodeId)));
    const everybody = nodeIds.toSorted().join();
    for (const node of started) await untilSees(node, everybody);
    return Object.fromEntries(started.map((node) => [node.nodeId, node])) as Record<Id, ProbeProcess>;
  }

  /** Starts a node: one that handles nothing if it is called a caller. */
  async node(nodeId: string, brokerUrl = this.broker.url): Promise<ProbeProcess> {
    const { namespace, directory, leaseMs } = this;
    const folder = nodeId.startsWith('caller') ? 'probe-caller' : 'probe-worker';
    const ledgerFile = join(directory, `${nodeId}.ledger`);
    const settings = { brokerUrl, namespace, nodeId, ledgerFile, port: 0, leaseMs };
    const node = await ProbeProcess.start(folder, settings, join(directory, `${nodeId}.log`));
    this.processes.push(node);
    return node;
  }

  /** The runs that took the effect of a probe, whichever process they were of. */
  effectsOf(text: string): readonly string[] {
    this.ledgers.read();
    return (this.ledgers.runs.get(text) ?? []).map(({ runId }) => runId);
  }

  /** How the shared record of a message says that it ended: undefined while it does not. */
  recordOf(messageId: string): Promise<string | undefined> {
    return this.engine === 'nats' ? this.recordInNats(messageId) : this.recordInRedis(messageId);
  }

  private async recordInRedis(messageId: string): Promise<string | undefined> {
    const client = new Redis(this.broker.url);
    try {
      const [key = ''] = await client.keys(`{${this.namespace}:records:*}:id:request~${messageId}`);
      const record = (await client.get(key)) ?? '';
      const [head, length = ''] = /^[01] \d+ (\d+) /.exec(record) ?? [];
      return head === undefined ? undefined : record.slice(head.length + Number(length));
    } finally {
      client.disconnect();
    }
  }

  private async recordInNats(messageId: string): Promise<string | undefined> {
    const subject = `$KV.${this.namespace}_records.id.request.${messageId}`;
    const client = await this.client();
    const answer = await client.request(
      `$JS.API.STREAM.MSG.GET.KV_${this.namespace}_records`,
      JSON.stringify({ last_by_subj: subject }),
      { timeout: 10_000 },
    );
    const data = answer.json<{ readonly message?: { readonly data?: string } }>().message?.data ?? '';
    const [head = '', outcome = ''] = Buffer.from(data, 'base64').toString().split('\n');
    return head.includes('"s":"f"') ? outcome : undefined;
  }

  /** A client of NATS that is no node. */
  async client(): Promise<NatsConnection> {
    return (this.raw ??= await connect({ servers: this.broker.url.replace('nats://', '') }));
  }

  async close(): Promise<void> {
    await this.raw?.close();
    await Promise.all(this.processes.map((node) => node.kill()));
    await this.broker.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Waits until a node sees these, all of them alive, and no others. */
export async function untilSees(observer: ProbeProcess, nodeIds: string): Promise<void> {
  let seen = '';
  const seesThem = async (): Promise<boolean> => (seen = await observer.sees()) === nodeIds;
  await until(seesThem).catch(() => {
    throw new Error(`${observer.nodeId} sees ${seen} and not ${nodeIds}. It says:\n${observer.log}`);
  });
}

/** The node that called the handler of a probe, and the one that did not. */
export async function holderOf(
  text: string,
  one: ProbeProcess,
  two: ProbeProcess,
): Promise<[holder: ProbeProcess, other: ProbeProcess]> {
  const holder = await until(() => [one, two].find(({ begun }) => begun.includes(text)));
  return [holder, holder === one ? two : one];
}
