import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { ClientNats, RpcException, Transport } from '@nestjs/microservices';
import { CatgaError } from '@catga/nestjs';
import type { CatgaNode, Command, MessageContext } from '@catga/nestjs';
import { madeOf, toError } from '@catga/core/engine';
import { TimeoutError, defer, lastValueFrom, throwError, timeout } from 'rxjs';
import type { Observable } from 'rxjs';
import { catchError, finalize } from 'rxjs/operators';
import { HIDDEN_ERROR, fromRpcError, toRpcError } from '../errors/rpc-errors.js';
import { untilAborted } from '../errors/until-aborted.js';
import { contentOf } from '../patterns/pattern-data.js';
import { withoutForbiddenKeys } from '../patterns/forbidden-keys.js';
import { crossings } from './bridge-options.js';
import type { CatgaBridgeOptions, Crossing } from './bridge-options.js';
import type { BridgeServer } from './bridge-server.js';
import { NatsBridgeServer } from './nats-bridge-server.js';
import { RedisBridgeClient } from './redis-bridge-client.js';
import { RedisBridgeServer } from './redis-bridge-server.js';

/** Maximum wait for a reply of a plain server, or the next one of a stream, without a deadline, in milliseconds. */
const LONGEST_REPLY_MS = 30_000;

/** A bridge between the node and a transport of Nest's: its server receives, its client forwards. */
export class BridgeHost {
  private readonly logger = new Logger('CatgaBridge');
  private readonly received: readonly Crossing[];
  private readonly forwarded: readonly Crossing[];
  private server: BridgeServer | undefined;
  private client: ClientNats | RedisBridgeClient | undefined;
  /** Received requests without a reply yet. */
  private readonly pending = new Set<Promise<void>>();

  /** @param nodeOf returns the node, once the application has been assembled */
  constructor(
    private readonly options: CatgaBridgeOptions,
    private readonly nodeOf: () => CatgaNode,
  ) {
    this.received = crossings(options, 'receive');
    this.forwarded = crossings(options, 'forward');
  }

  /** Registers the handlers that forward messages. */
  register(node: CatgaNode): void {
    node.named.keepErrors(RpcException);
    const transport = Transport[this.options.transport]?.toLowerCase() ?? '';
    for (const { type, pattern } of this.forwarded) {
      const name = `bridge.${transport}.${type.name}`;
      if (type.kind === 'event')
        node.handleEvent(type.target, (event) => this.forwardEvent(pattern, event), { name });
      else
        node.handleRequest(type.target, (request, context) => this.forward(pattern, request, context), {
          name,
          usesContext: true,
        });
    }
  }

  /** Starts receiving. Rejects if the broker cannot be reached. */
  async listen(): Promise<void> {
    if (this.received.length === 0) return;
    const server = this.makeServer();
    this.server = server;
    for (const { type, pattern } of this.received) {
      const toMessage = (data: unknown): object =>
        madeOf(type.target.prototype as object, contentOf(withoutForbiddenKeys(data)).content);
      if (type.kind === 'event')
        server.addHandler(pattern, (data: unknown) => this.publish(toMessage(data)), true);
      else server.addHandler(pattern, async (data: unknown) => this.send(toMessage(data)));
    }
    await new Promise<void>((resolve, reject) => {
      server.listen((failure?: unknown) => (failure ? reject(toError(failure)) : resolve()));
    });
  }

  /** Stops receiving, and awaits the replies to pending requests. Never rejects; bounded by the shutdown limit of the node. */
  async stopReceiving(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    const { steps } = this.nodeOf();
    await steps.stop('receiving on the bridge', () => server.stopReceiving());
    await steps.stop('the requests of the bridge', async () => {
      await turnOfTheEventLoop(); // Nest decodes what it has received.
      await Promise.all(this.pending);
      await turnOfTheEventLoop(); // Nest writes the replies.
    });
  }

  /** Closes the connections, step by step. Never rejects; bounded by the shutdown limit of the node. */
  async close(): Promise<void> {
    const { server, client } = this;
    const { steps } = this.nodeOf();
    if (server !== undefined) {
      await steps.stop('the replies of the bridge', () => server.flush());
      await steps.stop('the server of the bridge', () => server.close());
    }
    if (client !== undefined) await steps.stop('the client of the bridge', () => client.close());
  }

  private makeServer(): BridgeServer {
    const { namespace, service } = this.nodeOf().options;
    return this.options.transport === Transport.NATS
      ? new NatsBridgeServer({ queue: service, ...this.options.options })
      : new RedisBridgeServer({ ...this.options.options }, `${namespace}:bridge`);
  }

  private send(request: object): Observable<unknown> {
    let replied = (): void => {};
    const pending = new Promise<void>((resolve) => (replied = resolve));
    this.pending.add(pending);
    return defer(() => this.nodeOf().mediator.send(request as Command<unknown>)).pipe(
      catchError((thrown: unknown) => throwError(() => toRpcError(thrown) ?? this.hidden(thrown))),
      finalize(() => {
        this.pending.delete(pending);
        replied();
      }),
    );
  }

  private async publish(event: object): Promise<void> {
    try {
      await this.nodeOf().mediator.publish(event);
    } catch (thrown) {
      this.logger.error(thrown);
    }
  }

  private hidden(thrown: unknown): object {
    this.logger.error(thrown);
    return HIDDEN_ERROR;
  }

  private async forward(
    pattern: Crossing['pattern'],
    request: object,
    { name, signal, deadline }: MessageContext,
  ): Promise<unknown> {
    const replies = this.sender.send<unknown>(pattern, { ...request });
    // A caller in this process may have no deadline, and Redis does not report a missing server.
    const values = deadline === undefined ? replies.pipe(timeout({ each: LONGEST_REPLY_MS })) : replies;
    try {
      const reply = await lastValueFrom(values.pipe(untilAborted(signal)), { defaultValue: undefined });
      return withoutForbiddenKeys(reply);
    } catch (thrown) {
      if (thrown instanceof TimeoutError)
        throw new CatgaError('CATGA_TIMEOUT', `No server replied to ${name} within ${LONGEST_REPLY_MS} ms.`);
      throw fromRpcError(thrown);
    }
  }

  private async forwardEvent(pattern: Crossing['pattern'], event: object): Promise<void> {
    await lastValueFrom(this.sender.emit<unknown>(pattern, { ...event }), { defaultValue: undefined });
  }

  private get sender(): ClientNats | RedisBridgeClient {
    return (this.client ??= this.makeClient());
  }

  private makeClient(): ClientNats | RedisBridgeClient {
    const { options } = this;
    return options.transport === Transport.NATS
      ? new ClientNats(options.options ?? {})
      : new RedisBridgeClient(options.options ?? {});
  }
}
