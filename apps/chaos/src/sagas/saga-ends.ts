import type { SagaStatus } from '@catga/sagas';
import type { EffectRecord } from '../checker/records.js';
import { DEEDS, LATE, MAX_ATTEMPTS, planOf, UNDOINGS } from './order-plan.js';
import type { Deed, OrderPlan } from './order-plan.js';

/** What is stored of a saga, as far as the checker asks. */
export interface SagaEnd {
  readonly id: string;
  readonly status: SagaStatus;
  readonly reason: string | undefined;
}

/** How orders of one plan ended, and how often effects were taken again under the same key. */
export interface PlanEnds {
  readonly ends: Map<string, number>;
  repeated: number;
}

/** What the run left behind. */
export interface SagaEvidence {
  readonly orderIds: readonly string[];
  readonly sagas: readonly SagaEnd[];
  /** In the order of the ledger; ids are `<order> <deed> <key of the effect>`. */
  readonly effects: readonly EffectRecord[];
  /** Orders of the commands that handlers gave up on. */
  readonly deadLetters: readonly { readonly orderId: string; readonly name: string }[];
}

/** Reasons for compensation; undefined where the saga may complete. */
const REASONS: Readonly<Record<OrderPlan, readonly string[]>> = {
  good: [LATE],
  refused: ['no money', LATE],
  broken: [
    'chaos.book failed: The carrier does not answer.',
    // The node of its last attempt was a victim of the storm.
    `chaos.book failed: queue.chaos.book received 'chaos.book' ${MAX_ATTEMPTS} times, and the last node crashed or lost its lease before the acknowledgement.`,
    LATE,
  ],
  unconfirmed: [LATE],
};

/**
 * Compares the ends of sagas with the ledger: every one has ended as its plan allows, each deed was done by one command, and those of a
 * compensated saga are undone, after they were done.
 */
export function checkSagas({ orderIds, sagas, effects, deadLetters }: SagaEvidence): {
  readonly violations: readonly string[];
  readonly plans: ReadonlyMap<OrderPlan, PlanEnds>;
} {
  const violations: string[] = [];
  const plans = new Map<OrderPlan, PlanEnds>();
  const stored = new Map(sagas.map((saga) => [saga.id, saga]));
  const done = new Map(orderIds.map((id) => [id, new OrderEffects()]));
  for (const { id } of effects) {
    const [orderId = '', what = '', key = ''] = id.split(' ');
    done.get(orderId)?.add(what, key);
  }
  for (const id of orderIds) {
    const plan = planOf(id);
    const found = plans.get(plan) ?? { ends: new Map<string, number>(), repeated: 0 };
    plans.set(plan, found);
    const saga = stored.get(id);
    const of = done.get(id) ?? new OrderEffects();
    found.repeated += of.repeated;
    const end = endOf(saga);
    found.ends.set(end, (found.ends.get(end) ?? 0) + 1);
    for (const problem of [...endProblems(plan, saga), ...of.problems(plan, saga)])
      violations.push(`${id}: ${problem}`);
  }
  for (const { orderId, name } of deadLetters)
    if (!(name === 'chaos.book' && planOf(orderId) === 'broken'))
      violations.push(`${orderId}: ${name} became a dead letter`);
  return { violations, plans };
}

/** An end, as the table names it. */
export function endOf(saga: SagaEnd | undefined): string {
  if (saga === undefined) return 'never started';
  return saga.status === 'compensated' ? `compensated: ${saga.reason}` : saga.status;
}

function endProblems(plan: OrderPlan, saga: SagaEnd | undefined): readonly string[] {
  const isAllowed =
    (saga?.status === 'completed' && plan === 'good') ||
    (saga?.status === 'compensated' && REASONS[plan].includes(saga.reason ?? ''));
  return isAllowed ? [] : [`ended as ${endOf(saga)}`];
}

/** What the ledger has of one order. */
class OrderEffects {
  repeated = 0;
  private readonly keys = new Map<string, Set<string>>();
  /** What was done, in the order of the first times. */
  private readonly order: string[] = [];

  add(what: string, key: string): void {
    const keys = this.keys.get(what);
    if (keys === undefined) {
      this.keys.set(what, new Set([key]));
      this.order.push(what);
    } else if (keys.has(key)) this.repeated += 1;
    else keys.add(key);
  }

  problems(plan: OrderPlan, saga: SagaEnd | undefined): readonly string[] {
    const problems = [...this.keys].flatMap(([what, { size }]) =>
      size === 1 ? [] : [`${what} by ${size} commands`],
    );
    for (const deed of DEEDS) problems.push(...this.problemsOf(deed, plan, saga?.status === 'completed'));
    return problems;
  }

  private problemsOf(deed: Deed, plan: OrderPlan, isCompleted: boolean): readonly string[] {
    if (isCompleted && !this.keys.has(deed)) return [`completed without ${deed}`];
    if (deed === 'notify') return [];
    const undoing = UNDOINGS[deed];
    const doneAt = this.order.indexOf(deed);
    const undoneAt = this.order.indexOf(undoing);
    if (isCompleted) return undoneAt < 0 ? [] : [`completed, and ${undoing}`];
    if (doneAt >= 0 && undoneAt < 0) return [`${deed} without ${undoing}`];
    if (undoneAt >= 0 && undoneAt < doneAt) return [`${undoing} before ${deed}`];
    // A command that nobody could handle may have had an effect.
    const mayBeInVain = plan === 'broken' && deed === 'book';
    return undoneAt >= 0 && doneAt < 0 && !mayBeInVain ? [`${undoing} without ${deed}`] : [];
  }
}
