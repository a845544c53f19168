import type { CatgaErrorCode } from '@catga/core';
import type { SeededRandom } from '@catga/core/engine';
import type { Stage, StageOptions } from '../conductor/stage.js';
import type { Fault } from '../promises/faults.js';
import type { Kind } from '../promises/kinds.js';
import type { CallPlan } from '../caller/caller-protocol.js';

/** What a scenario plays with. */
export interface Play {
  readonly stage: Stage;
  readonly seconds: number;
  readonly rate: number;
  readonly random: SeededRandom;
  /** Starts the steady load of all kinds. */
  readonly start: (plan?: Partial<CallPlan>, rate?: number) => void;
  /** Resolves once this is true of the owners of all lanes of the subscriptions of `orders`, one for each; rejects if it is not soon. */
  readonly lanesOwnedBy: (isSo: (nodeIds: readonly string[]) => boolean) => Promise<void>;
  /** Resolves once all that is stored is handled and recorded; rejects if it is not soon. */
  readonly allDone: () => Promise<void>;
  /** One call of each kind, at once; resolves once all have ended. */
  readonly call: (kinds: readonly Kind[], plan?: Partial<CallPlan>) => Promise<void>;
}

/** One fault, while messages of every kind go on. */
export interface Scenario {
  readonly fault: Fault;
  /** A stage of its own, where the usual one will not do, or is of no use afterwards. */
  readonly stage?: StageOptions;
  /** The code that some caller got, or else the fault did not happen. */
  readonly fails?: CatgaErrorCode;
  /** A code that no caller gets, since those who wait are told before; but of a query, which is sent once and may be lost. */
  readonly neverFails?: CatgaErrorCode;
  /** What every handling process logs of it. */
  readonly isLogged?: RegExp;
  /** No handler is told to stop. */
  readonly neverAborts?: boolean;
  /** How many messages of a kind that is stored take effect again in one service at most: what was being handled. */
  readonly mostRepeats?: number;
  /** Makes the fault come and go. The load ends afterwards. */
  readonly run: (play: Play) => Promise<void>;
}
