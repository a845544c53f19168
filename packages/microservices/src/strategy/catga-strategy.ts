import { RpcException, Server } from '@nestjs/microservices';
import type { CustomTransportStrategy, MessageHandler } from '@nestjs/microservices';
import { CatgaError } from '@catga/nestjs';
import type { CatgaNode, MessageConstructor, MessageContext } from '@catga/nestjs';
import { isObservable, lastValueFrom, toArray } from 'rxjs';
import { fromRpcError } from '../errors/rpc-errors.js';
import { untilAborted } from '../errors/until-aborted.js';
import { PatternClasses } from '../patterns/pattern-classes.js';
import { dataOf, resultOf } from '../patterns/pattern-data.js';
import { CatgaRpcContext } from './catga-rpc.context.js';
import { messageOptionsOf, subscriptionOptionsOf } from './pattern-extras.js';
import type { CatgaPatternExtras } from './pattern-extras.js';

/**
 * Transport id that restricts a handler to Catga: `@MessagePattern(pattern, CATGA_TRANSPORT)`.
 *
 * @publicApi
 */
export const CATGA_TRANSPORT: unique symbol = Symbol.for('catga.transport');

/**
 * Options of {@link catgaStrategy}.
 *
 * @publicApi
 */
export interface CatgaStrategyOptions {
  /**
   * Message classes of the application whose wire names are patterns: the pattern's handler on this node handles them, with the options of
   * the class.
   * @defaultValue none: a class is generated for each pattern
   */
  readonly messages?: readonly MessageConstructor[];
}

/**
 * Transport strategy: serves `@MessagePattern` and `@EventPattern` over the node of the application. Requests to a pattern go to one node
 * that has it, events to one node of each service. `mediator.send` works, too, for a message whose wire name is the pattern.
 *
 * @param node of `CatgaModule`: `app.get(CatgaNode)`, before the application is initialised
 * @example `app.connectMicroservice({ strategy: catgaStrategy(app.get(CatgaNode)) })`
 * @publicApi
 */
export function catgaStrategy(node: CatgaNode, options: CatgaStrategyOptions = {}): CatgaStrategy {
  return new CatgaStrategy(node, options);
}

/** Made by {@link catgaStrategy}. */
export class CatgaStrategy
  extends Server<Record<string, never>, 'connected'>
  implements CustomTransportStrategy
{
  override transportId: symbol = CATGA_TRANSPORT;
  /** The node reports failures of event handlers, and retries reliable events. */
  override readonly propagatesEventHandlerErrors: boolean = true;
  private readonly classes: PatternClasses;

  constructor(
    private readonly node: CatgaNode,
    { messages }: CatgaStrategyOptions,
  ) {
    super();
    this.classes = new PatternClasses(messages);
    node.named.keepErrors(RpcException);
  }

  /** Registers a handler. `CATGA_CONFIGURATION` once the node has started, because it would never be called. */
  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler: boolean = false,
    extras: CatgaPatternExtras = {},
  ): void {
    const route = this.normalizePattern(pattern as string);
    if (this.node.isOpen) {
      throw refused(
        route,
        'was added after the node has started: connect the microservice before the application is initialised',
      );
    }
    const known = this.messageHandlers.get(route);
    if (known !== undefined && known.isEventHandler !== isEventHandler)
      throw refused(route, 'is both a message and an event: give one of them another pattern');
    super.addHandler(pattern, callback, isEventHandler, extras);
    if (known !== undefined) return; // Nest chains the handlers of an event; for a request the last one wins.
    const message = this.classes.of(route, isEventHandler, messageOptionsOf(extras));
    const handle = (content: object, context: MessageContext): Promise<unknown> =>
      this.handle(route, content, context);
    if (isEventHandler) {
      const options = subscriptionOptionsOf(route, extras);
      this.node.handleEvent(message, handle, { ...options, usesContext: true });
    } else this.node.handleRequest(message, handle, { name: route, usesContext: true });
  }

  /** Does nothing: the node starts and stops with the application. */
  listen(callback: () => void): void {
    this._status$.next('connected');
    callback();
  }

  close(): void {
    this._status$.complete();
  }

  /** Does nothing: there are no broker events, because the node reconnects by itself. */
  on(): void {}

  /** The node. */
  unwrap<T>(): T {
    return this.node as T;
  }

  private async handle(route: string, message: object, context: MessageContext): Promise<unknown> {
    const rpcContext = new CatgaRpcContext([route, context]);
    try {
      return await this.betweenHooks(rpcContext, async () => {
        const handler = this.messageHandlers.get(route);
        const data = dataOf(message, context.headers);
        const returned: unknown = await handler?.(data, rpcContext);
        if (!isObservable(returned)) return returned;
        const values = returned.pipe(untilAborted(context.signal), toArray());
        return resultOf(await lastValueFrom(values), context.headers);
      });
    } catch (thrown) {
      throw fromRpcError(thrown);
    }
  }

  private betweenHooks<T>(context: CatgaRpcContext, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.onProcessingStartHook(this.transportId, context, async () => {
        try {
          resolve(await work());
        } catch (thrown) {
          reject(thrown);
        } finally {
          this.onProcessingEndHook?.(this.transportId, context);
        }
      });
    });
  }
}

function refused(pattern: string, problem: string): CatgaError {
  return new CatgaError('CATGA_CONFIGURATION', `The pattern '${pattern}' ${problem}.`, {
    details: { pattern },
  });
}
