import { Transport } from '@nestjs/microservices';
import type { MsPattern, NatsOptions, RedisOptions } from '@nestjs/microservices';
import type { MessageConstructor } from '@catga/nestjs';
import { describeMessage } from '@catga/core/engine';
import type { MessageType } from '@catga/core/engine';
import { CatgaError } from '@catga/nestjs';

/**
 * A message class with the pattern that it has outside of Catga.
 *
 * @publicApi
 */
export interface BridgedMessage {
  readonly message: MessageConstructor;
  readonly pattern: MsPattern;
}

/** What the bridge of either transport says. */
interface BridgedMessages {
  /**
   * Messages that clients of `@nestjs/microservices` send: the mediator takes them to their handlers on any node. A class alone has its
   * wire name as the pattern.
   * @defaultValue none
   */
  readonly receive?: readonly (MessageConstructor | BridgedMessage)[];
  /**
   * Messages that servers of `@nestjs/microservices` handle: this node handles them for all others, by asking such a server, or
   * by passing an event on.
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
        /** Options of Nest's NATS transport. `queue`, by default the name of the service, makes one bridge node of many get each message. */
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

/** The messages of a direction. `CATGA_CONFIGURATION` for a class that is no message. */
export function crossings(listed: BridgedMessages['receive'] = []): readonly Crossing[] {
  return listed.map((one) => {
    const { message, pattern } = typeof one === 'function' ? { message: one, pattern: undefined } : one;
    const type = describeMessage(message);
    return { type, pattern: pattern ?? type.name };
  });
}

/** `CATGA_CONFIGURATION` for options that cannot work. */
export function checkBridgeOptions({ transport, receive, forward }: CatgaBridgeOptions): void {
  if (transport !== Transport.NATS && transport !== Transport.REDIS)
    throw wrong('transport must be Transport.NATS or Transport.REDIS');
  const received = new Set(crossings(receive).map(({ type }) => type.name));
  const twice = crossings(forward).find(({ type }) => received.has(type.name));
  if (twice !== undefined)
    throw wrong(`${twice.type.name} is in receive and in forward, and would go round in circles`);
}

function wrong(problem: string): CatgaError {
  return new CatgaError('CATGA_CONFIGURATION', `CatgaBridgeModule: ${problem}.`);
}
