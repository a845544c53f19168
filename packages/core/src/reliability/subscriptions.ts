import type { DurableSubscription } from '../contracts/durable-subscription.js';
import { CatgaError } from '../errors/catga-error.js';
import type { SubscriptionPauses } from '../ports/subscription-pauses.js';
import type { SubscriptionRegister } from '../ports/subscription-register.js';

/** The engine's register. */
export interface RegisterAccess {
  /** Throws `CATGA_SHUTTING_DOWN` while the engine is not connected. */
  connected(what: string): {
    readonly subscriptions?: SubscriptionRegister;
    readonly pauses?: SubscriptionPauses;
  };
}

/** Subscriptions that this node handles. */
export interface HandledSubscriptions {
  readonly ids: readonly string[];
}

/**
 * Durable subscriptions of the namespace. The subscription of a handler that was removed from the code keeps
 * collecting messages: find it here, and drop it. A subscription whose handler fails, or whose downstream is away, can be
 * paused for the whole service.
 *
 * Every method rejects with `CATGA_SHUTTING_DOWN` before the application has started and after it stopped, and with
 * `CATGA_UNSUPPORTED` on an engine that keeps no subscriptions.
 *
 * @publicApi
 */
export class CatgaSubscriptions {
  constructor(
    private readonly engine: RegisterAccess,
    private readonly handled: HandledSubscriptions,
  ) {}

  /** All subscriptions, of every service. `CATGA_ENGINE_UNAVAILABLE` when the broker does not respond. */
  async list(): Promise<readonly DurableSubscription[]> {
    return this.register().list();
  }

  /**
   * Drops a subscription and its undelivered messages. Resolves with whether it existed. `CATGA_CONFIGURATION` for one
   * that this node handles. Make sure that no other node handles it: it would get no more messages.
   */
  async drop(id: string): Promise<boolean> {
    if (this.handled.ids.includes(id)) {
      throw new CatgaError(
        'CATGA_CONFIGURATION',
        `The subscription '${id}' is handled by this node: remove its handler first.`,
        { details: { id } },
      );
    }
    return this.register().drop(id);
  }

  /**
   * Pauses a subscription or a queue for the whole service: no node hands its messages to a handler any more, nodes that join
   * or restart later included, until it is resumed. What runs finishes; what is published or queued meanwhile waits. Resolves
   * after four seconds, when every node that reaches the broker has noticed, with whether there is such a subscription.
   * `CATGA_ENGINE_UNAVAILABLE` when the broker does not respond.
   */
  async pause(id: string): Promise<boolean> {
    return this.pauses().pause(id);
  }

  /**
   * Resumes a subscription: its messages are handled again, in order, within a second. Resolves with whether it was
   * paused. `CATGA_ENGINE_UNAVAILABLE` when the broker does not respond.
   */
  async resume(id: string): Promise<boolean> {
    return this.pauses().resume(id);
  }

  private pauses(): SubscriptionPauses {
    const { pauses } = this.engine.connected('A subscription');
    if (pauses !== undefined) return pauses;
    throw new CatgaError('CATGA_UNSUPPORTED', 'This engine cannot pause subscriptions.');
  }

  private register(): SubscriptionRegister {
    const register = this.engine.connected('A subscription').subscriptions;
    if (register !== undefined) return register;
    throw new CatgaError('CATGA_UNSUPPORTED', 'This engine has no durable subscriptions.');
  }
}

/** Subscriptions of a service without a handler. */
export function leftBehind(
  all: readonly DurableSubscription[],
  service: string,
  handled: readonly string[],
): readonly DurableSubscription[] {
  return all.filter(
    ({ id, kind }) => kind === 'event' && id.startsWith(`${service}.`) && !handled.includes(id),
  );
}
