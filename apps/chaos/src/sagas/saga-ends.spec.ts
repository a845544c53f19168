import { expect, it } from '@jest/globals';
import type { SagaStatus } from '@catga/sagas';
import { orderIdOf, PLANS } from './order-plan.js';
import type { OrderPlan } from './order-plan.js';
import { checkSagas } from './saga-ends.js';

/** What is wrong with one order: its plan, its end, and its effects, such as `reserve:1`. */
function problemsOf(
  plan: OrderPlan,
  status: SagaStatus | undefined,
  effects: string,
  reason?: string,
): readonly string[] {
  const id = orderIdOf(PLANS.indexOf(plan));
  const { violations } = checkSagas({
    orderIds: [id],
    sagas: status === undefined ? [] : [{ id, status, reason }],
    effects: effects
      .split(' ')
      .filter((effect) => effect !== '')
      .map((effect) => ({ id: `${id} ${effect.replace(':', ' ')}`, service: 'orders', nodeId: 'orders-1' })),
    deadLetters: [],
  });
  return violations.map((violation) => violation.replace(`${id}: `, ''));
}

const ALL = 'reserve:1 charge:2 pack:3 book:4 notify:5';

it('an order that was completed, or undone as its plan allows, has no problem', () => {
  expect(problemsOf('good', 'completed', ALL)).toEqual([]);
  expect(problemsOf('good', 'completed', `${ALL} charge:2`)).toEqual([]);
  expect(problemsOf('refused', 'compensated', 'reserve:1 release:2', 'no money')).toEqual([]);
  expect(
    problemsOf(
      'broken',
      'compensated',
      'reserve:1 charge:2 pack:3 cancel:4 unpack:5 refund:6 release:7',
      'late',
    ),
  ).toEqual([]);
});

it.each<[string, OrderPlan, SagaStatus | undefined, string, string | undefined]>([
  ['ended as running', 'good', 'running', '', undefined],
  ['ended as never started', 'good', undefined, '', undefined],
  ['ended as completed', 'unconfirmed', 'completed', ALL, undefined],
  ['ended as compensated: no money', 'good', 'compensated', '', 'no money'],
  ['completed without book', 'good', 'completed', 'reserve:1 charge:2 pack:3 notify:5', undefined],
  ['completed, and refund', 'good', 'completed', `${ALL} refund:6`, undefined],
  ['charge by 2 commands', 'good', 'completed', `${ALL} charge:7`, undefined],
  ['charge without refund', 'good', 'compensated', 'reserve:1 charge:2 release:3', 'late'],
  ['release before reserve', 'good', 'compensated', 'release:1 reserve:2', 'late'],
  ['cancel without book', 'good', 'compensated', 'cancel:1', 'late'],
])('finds %s', (problem, plan, status, effects, reason) => {
  expect(problemsOf(plan, status, effects, reason)).toEqual([problem]);
});
