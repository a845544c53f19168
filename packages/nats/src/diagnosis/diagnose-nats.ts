import { AuthorizationError } from '@nats-io/transport-node';
import { CatgaError } from '@catga/core';
import { toError } from '@catga/core/engine';
import type { BrokerFinding, EngineClient } from '@catga/core/engine';
import { BrokerRequests } from '../connection/broker-requests.js';
import { JETSTREAM_ERROR } from '../connection/broker-errors.js';
import { BrokerSession } from '../connection/broker-session.js';
import type { NatsClientConnection } from '../connection/client-connection.js';
import { openConnection } from '../connection/open-connection.js';
import { JetStreamApi } from '../jetstream/jetstream-api.js';
import type { ResolvedNatsOptions } from '../options/resolve-nats-options.js';
import { accountFindings, streamFindings } from './stream-findings.js';
import type { AccountInfo, ExaminedStream } from './stream-findings.js';

/** Timeout of one request, in milliseconds. */
const PATIENCE_MS = 2000;
/** Default of `limits.maxPayloadBytes`. */
const USUAL_PAYLOAD_BYTES = 1024 * 1024;

/** Examines the servers, the account and the streams of a namespace. Changes nothing; never rejects. */
export async function diagnoseNats(
  options: ResolvedNatsOptions,
  { namespace, clock }: Pick<EngineClient, 'namespace' | 'clock'>,
): Promise<readonly BrokerFinding[]> {
  const [subject = ''] = options.addresses.hosts;
  let connection: NatsClientConnection;
  try {
    const own = { ...options, waitOnStart: false };
    connection = options.connection ?? (await openConnection(own, { nodeId: 'catga-doctor', clock }));
  } catch (thrown) {
    return [unreachable(subject, toError(thrown))];
  }
  const session = new BrokerSession(connection, {
    maxBufferedBytes: options.reconnect.maxBufferedBytes,
    timeoutMs: PATIENCE_MS,
    ownsConnection: options.connection === undefined,
    monitor: undefined,
  });
  const requests = new BrokerRequests(session, clock, {
    timeoutMs: PATIENCE_MS,
    inboxPrefix: options.inboxPrefix,
  });
  const examination = new Examination(subject, namespace, new JetStreamApi(requests, clock, PATIENCE_MS));
  try {
    return [...serverFindings(subject, connection), ...(await examination.run(isClustered(connection)))];
  } finally {
    requests.close();
    await session.close();
  }
}

/** Examination of JetStream. */
class Examination {
  private readonly findings: BrokerFinding[] = [];

  constructor(
    private readonly subject: string,
    private readonly namespace: string,
    private readonly api: JetStreamApi,
  ) {}

  async run(isInCluster: boolean): Promise<readonly BrokerFinding[]> {
    if (!(await this.hasJetStream())) return this.findings;
    const streams: ExaminedStream[] = [];
    for (const name of this.names()) {
      const found = await this.ask<ExaminedStream>(`STREAM.INFO.${name}`);
      if (found !== undefined) streams.push(found);
    }
    for (let lane = 0; ; lane++) {
      const found = await this.ask<ExaminedStream>(`STREAM.INFO.${this.namespace}_lane_${lane}`);
      if (found === undefined) break;
      streams.push(found);
    }
    this.findings.push(...streamFindings(streams, `KV_${this.namespace}_nodes`, isInCluster));
    // Nodes do not need this permission.
    const account = await this.api.call<AccountInfo>('INFO', {}).catch(() => undefined);
    if (account !== undefined) this.findings.push(...accountFindings(this.subject, account));
    return this.findings;
  }

  private names(): readonly string[] {
    const { namespace } = this;
    const buckets = ['nodes', 'workers', 'records', 'inbox', 'lanes', 'attempts'];
    const streams = ['commands', 'retries', 'outcomes', 'dead_letters'];
    return [
      ...buckets.map((name) => `KV_${namespace}_${name}`),
      ...streams.map((name) => `${namespace}_${name}`),
    ];
  }

  private async hasJetStream(): Promise<boolean> {
    try {
      await this.api.call(`STREAM.INFO.KV_${this.namespace}_nodes`, {}, [JETSTREAM_ERROR.streamNotFound]);
      return true;
    } catch (thrown) {
      const error = toError(thrown);
      if (isRefusal(error)) return this.refused(error);
      this.findings.push({
        code: 'nats-no-jetstream',
        severity: 'error',
        subject: this.subject,
        text: `JetStream does not reply: ${error.message}`,
        remedy: 'Start nats-server with JetStream (-js), and enable it for the account of this user.',
      });
      return false;
    }
  }

  /** Undefined if it does not exist, or the request is not permitted. */
  private async ask<T>(subject: string): Promise<T | undefined> {
    try {
      return await this.api.call<T>(subject, {}, [JETSTREAM_ERROR.streamNotFound]);
    } catch (thrown) {
      this.refused(toError(thrown));
      return undefined;
    }
  }

  private refused(error: Error): true {
    const isPermission = isRefusal(error);
    this.findings.push({
      code: isPermission ? 'nats-permission' : 'nats-no-answer',
      severity: 'error',
      subject: this.subject,
      text: error.message,
      remedy: isPermission
        ? 'Grant the user the permissions of a namespace: see SECURITY.md.'
        : 'Check the log of nats-server; in a cluster, start the server that has the stream.',
    });
    return true;
  }
}

function serverFindings(subject: string, { info }: NatsClientConnection): readonly BrokerFinding[] {
  if (info === undefined) return [];
  const findings: BrokerFinding[] = [];
  const { version, headers, max_payload: maxPayload } = info;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 10))
    findings.push({
      code: 'nats-old-server',
      severity: 'error',
      subject,
      text: `nats-server is ${version}; nodes need 2.10 or newer.`,
      remedy: 'Upgrade nats-server.',
    });
  if (headers === false)
    findings.push({
      code: 'nats-no-headers',
      severity: 'error',
      subject,
      text: 'Message headers are disabled.',
      remedy: 'Remove no_header_support from the configuration of nats-server.',
    });
  if (maxPayload < USUAL_PAYLOAD_BYTES)
    findings.push({
      code: 'nats-small-payloads',
      severity: 'warning',
      subject,
      text: `The server accepts messages of at most ${maxPayload} bytes, less than the default of limits.maxPayloadBytes.`,
      remedy:
        'Raise max_payload of nats-server, or lower limits.maxPayloadBytes so that senders get an error.',
    });
  return findings;
}

function isClustered({ info }: NatsClientConnection): boolean {
  const { cluster } = (info ?? {}) as { readonly cluster?: unknown };
  return typeof cluster === 'string' && cluster !== '';
}

function unreachable(subject: string, error: Error): BrokerFinding {
  const isAuthorization = error instanceof CatgaError && error.cause instanceof AuthorizationError;
  return {
    code: isAuthorization ? 'nats-credentials' : 'nats-unreachable',
    severity: 'error',
    subject,
    text: error.message,
    remedy: isAuthorization
      ? 'Check user, password, token or credentials file.'
      : 'Check the address, the network, TLS, and whether nats-server runs.',
  };
}

function isRefusal(error: Error): boolean {
  return error instanceof CatgaError && error.details['operation'] !== undefined;
}
