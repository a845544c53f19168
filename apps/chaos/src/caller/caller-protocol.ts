import type { Instruction } from '../messages/instruction.js';
import type { Kind } from '../promises/kinds.js';
import type { ProcessStats } from '../node/process-stats.js';
import type { DeadLetterRecord } from '../checker/records.js';
import type { SagaEvidence } from '../sagas/saga-ends.js';

/** What is to be called. */
export interface CallPlan {
  /** What the ids begin with: the scenario they belong to. */
  readonly run: string;
  readonly instruction: Instruction;
  /** Under one id, at the same time. */
  readonly isTwice: boolean;
  /** The next of a kind only once the one before has ended. */
  readonly isSerial: boolean;
  /** How many keys the messages of each kind are spread over. */
  readonly keys: number;
}

/** What the conductor asks of a caller. */
export type CallerAsk =
  | {
      readonly what: 'start';
      readonly rate: number;
      readonly kinds: readonly Kind[];
      readonly plan: CallPlan;
      /**
       * After how many calls it ends, and is answered once they have ended.
       * @defaultValue none: it goes on until it is stopped
       */
      readonly count?: number;
    }
  | { readonly what: 'call'; readonly kinds: readonly Kind[]; readonly plan: CallPlan }
  | { readonly what: 'stop' }
  | { readonly what: 'dead letters' }
  /** Starts sagas, so many a second. It is answered once all are. */
  | { readonly what: 'start sagas'; readonly count: number; readonly rate: number }
  /** How sagas are, and which of their messages became dead letters. */
  | { readonly what: 'sagas' }
  /** Which nodes own the lanes of the service `orders`. */
  | { readonly what: 'owners' }
  /** How much waits for the subscriptions of all services. */
  | { readonly what: 'lag' }
  | { readonly what: 'stats' };

/** What it answers. */
export type CallerAnswer =
  | { readonly what: 'ready' }
  /** Every call has ended. */
  | { readonly what: 'done' }
  | { readonly what: 'dead letters'; readonly letters: readonly DeadLetterRecord[] }
  | { readonly what: 'owners'; readonly nodeIds: readonly string[] }
  /** Undefined if the broker cannot tell. */
  | { readonly what: 'lag'; readonly waiting?: number | undefined }
  | ({ readonly what: 'sagas' } & Pick<SagaEvidence, 'sagas' | 'deadLetters'>)
  | ProcessStats;

/** A line in the file of a caller: written before the call, and after it. */
export type CallLine =
  | { readonly id: string; readonly kind: Kind; readonly key: string; readonly place: number }
  | { readonly id: string; readonly ok: true }
  | { readonly id: string; readonly ok: false; readonly code: string };
