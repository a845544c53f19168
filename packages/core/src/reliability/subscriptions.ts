import type { DurableSubscription } from '../contracts/durable-subscription.js';
import { CatgaError } from '../errors/catga-error.js';
import type { SubscriptionRegister } from '../ports/subscription-register.js';

/** The engine's register. */
export interface RegisterAccess {
  /** Throws `CATGA_SHUTTING_DOWN` while the engine is not connected. */
  connected(what: string): { readonly subscriptions?: SubscriptionRegister };
}

/** What this node handles. */
export interface HandledSubscriptions {
  readonly ids: readonly string[];
}

/**
 * The durable subscriptions of the namespace. A handler that was removed from the code leaves one behind, which goes on
 * collecting messages: find it here, and drop it.
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

  /** All of them, of every service. */
  async list(): Promise<readonly DurableSubscription[]> {
    return this.register().list();
  }

  /**
   * Forgets a subscription and all that waits in it. Resolves with whether there was one. `CATGA_CONFIGURATION` for one
   * that this node handles. What another node handles is taken from under it: make sure that none does.
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

  private register(): SubscriptionRegister {
    const register = this.engine.connected('A subscription').subscriptions;
    if (register !== undefined) return register;
    throw new CatgaError('CATGA_UNSUPPORTED', 'This engine has no durable subscriptions.');
  }
}

/** What a service left behind: its subscriptions that none of its handlers is for. */
export function leftBehind(
  all: readonly DurableSubscription[],
  service: string,
  handled: readonly string[],
): readonly DurableSubscription[] {
  return all.filter(
    ({ id, kind }) => kind === 'event' && id.startsWith(`${service}.`) && !handled.includes(id),
  );
}
