import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ClientProxy, RpcException } from '@nestjs/microservices';
import type { ReadPacket, WritePacket } from '@nestjs/microservices';
import { CatgaNode } from '@catga/nestjs';
import { toRpcError } from '../errors/rpc-errors.js';
import { TAKES_VALUES, contentOf, valuesOf } from '../patterns/pattern-data.js';
import { CatgaRecord } from './catga-record.js';
import type { CatgaRecordOptions } from './catga-record.js';

/**
 * `ClientProxy` over the node of the application, injected by its class or by another token.
 *
 * `send` calls the handler of the pattern, or of the message with that wire name, on any node; `emit` its subscribers. Errors arrive as
 * from Nest's own transports. The values of a stream arrive together when it ends.
 *
 * @example `providers: [{ provide: 'ORDERS', useClass: CatgaClientProxy }]`
 * @publicApi
 */
@Injectable()
export class CatgaClientProxy extends ClientProxy {
  private found: CatgaNode | undefined;

  constructor(private readonly moduleRef: ModuleRef) {
    super();
  }

  /** Returns the node, which connects with the application. */
  connect(): Promise<CatgaNode> {
    return Promise.resolve(this.node);
  }

  /** Does nothing: the node closes with the application. */
  close(): void {}

  /** The node. */
  unwrap<T>(): T {
    return this.node as T;
  }

  protected publish(packet: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    const cancel = new AbortController();
    void this.answer(packet, callback, cancel.signal);
    return () => cancel.abort();
  }

  protected async dispatchEvent<T>(packet: ReadPacket): Promise<T> {
    const { pattern } = packet;
    const { content, headers, options } = this.read(packet);
    const { qos = 0, timeoutMs: _timeoutMs, ...said } = options;
    const event = await this.node.named.make(
      { name: this.normalizePattern(pattern), kind: 'event', qos },
      content,
    );
    await this.node.mediator.publish(event, { ...said, headers });
    return undefined as T;
  }

  protected override serializeError(thrown: unknown): unknown {
    return toRpcError(thrown) ?? thrown;
  }

  private async answer(
    packet: ReadPacket,
    answer: (packet: WritePacket) => void,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const values = await this.ask(packet, signal);
      for (const response of values.slice(0, -1)) answer({ response });
      answer({ response: values.at(-1), isDisposed: true });
    } catch (err) {
      answer({ err });
    }
  }

  private async ask(packet: ReadPacket, signal: AbortSignal): Promise<readonly unknown[]> {
    const { pattern } = packet;
    const { content, headers, options } = this.read(packet);
    const { qos = 1, ...said } = options;
    const request = await this.node.named.make(
      { name: this.normalizePattern(pattern), kind: 'command', qos },
      content,
    );
    const result = await this.node.mediator.send(request, {
      ...said,
      headers: { ...headers, ...TAKES_VALUES },
      signal,
    });
    return valuesOf(result);
  }

  /** Headers that `setOnDispatchHook` has attached. */
  private read({ data, metadata }: ReadPacket<unknown>): {
    readonly content: object;
    readonly headers: Readonly<Record<string, string>>;
    readonly options: CatgaRecordOptions;
  } {
    const record = data instanceof CatgaRecord ? data : new CatgaRecord(data);
    const { content, headers } = contentOf(record.data);
    const { options } = record;
    return { content, headers: { ...metadata, ...options.headers, ...headers }, options };
  }

  private get node(): CatgaNode {
    return (this.found ??= this.findNode());
  }

  private findNode(): CatgaNode {
    const node = this.moduleRef.get(CatgaNode, { strict: false });
    node.named.keepErrors(RpcException);
    return node;
  }
}
