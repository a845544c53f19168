import { isDeepStrictEqual } from 'node:util';
import { Transport } from '@nestjs/microservices';
import type { MsPattern, NatsOptions, RedisOptions } from '@nestjs/microservices';
import type { MessageConstructor } from '@catga/nestjs';
import { describeMessage } from '@catga/core/engine';
import type { MessageType } from '@catga/core/engine';
import { CatgaError } from '@catga/nestjs';

/**
 * A message class with its pattern outside of Catga.
 *
 * @publicApi
 */
export interface BridgedMessage {
  readonly message: MessageConstructor;
  readonly pattern: MsPattern;
}

/** Options of both transports. */
interface BridgedMessages {
  /**
   * Messages that clients of `@nestjs/microservices` send: the mediator routes them to handlers on any node. For a class alone the pattern
   * is its wire name.
   * @defaultValue none
   */
  readonly receive?: readonly (MessageConstructor | BridgedMessage)[];
  /**
   * Messages that servers of `@nestjs/microservices` handle: this node handles them for the cluster by forwarding them to such a server.
   * @defaultValue none
   */
  readonly forward?: readonly (MessageConstructor | BridgedMessage)[];
}

/**
 * Options of `CatgaBridgeModule.forRoot`.
 *
 * @publicApi
 */
export type CatgaBridgeOptions = BridgedMessages &
  (
    | {
        readonly transport: Transport.NATS;
        /**
         * Options of Nest's NATS transport. `queue`, by default the name of the service, delivers each message to one of the bridge nodes.
         */
        readonly options?: NatsOptions['options'];
      }
    | {
        readonly transport: Transport.REDIS;
        /** Options of Nest's Redis transport. */
        readonly options?: RedisOptions['options'];
      }
  );

/** A message on the bridge. */
export interface Crossing {
  readonly type: MessageType;
  readonly pattern: MsPattern;
}

/** The messages of a direction. `CATGA_CONFIGURATION` for an entry that is not a message class. */
export function crossings(options: BridgedMessages, direction: keyof BridgedMessages): readonly Crossing[] {
  const listed: readonly (MessageConstructor | Partial<BridgedMessage> | undefined)[] =
    options[direction] ?? [];
  return listed.map((one, index) => {
    const crossing: Partial<BridgedMessage> = typeof one === 'function' ? { message: one } : (one ?? {});
    const { message, pattern } = crossing;
    if (typeof message !== 'function')
      throw wrong(
        `${direction}[${index}] is not a message class; is it undefined because of a circular import?`,
      );
    const type = describeMessage(message);
    return { type, pattern: pattern ?? type.name };
  });
}

/** Checks the options: `CATGA_CONFIGURATION`. */
export function checkBridgeOptions(options: CatgaBridgeOptions): void {
  const { transport } = options;
  if (transport !== Transport.NATS && transport !== Transport.REDIS)
    throw wrong('transport must be Transport.NATS or Transport.REDIS');
  const received = crossings(options, 'receive');
  for (const [index, { type, pattern }] of received.entries()) {
    const other = received.slice(0, index).find((one) => isDeepStrictEqual(one.pattern, pattern));
    if (other !== undefined)
      throw wrong(`${other.type.name} and ${type.name} in receive have the same pattern`);
  }
  for (const { type, pattern } of crossings(options, 'forward'))
    if (received.some((one) => one.type.name === type.name || isDeepStrictEqual(one.pattern, pattern)))
      throw wrong(`${type.name} is in both receive and forward, which would be an endless loop`);
}

function wrong(problem: string): CatgaError {
  return new CatgaError('CATGA_CONFIGURATION', `CatgaBridgeModule: ${problem}.`);
}
