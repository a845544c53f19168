// A process that sends messages and writes down what it is told of them.
import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CatgaDeadLetters, CatgaMediator, CatgaSubscriptions } from '@catga/nestjs';
import type { DeadLetterRecord } from '../checker/records.js';
import { catgaNodeModule } from '../node/catga-node-module.js';
import { processStats } from '../node/process-stats.js';
import { readNodeSettings } from '../node/node-settings.js';
import { CatgaSagasModule } from '@catga/sagas';
import { Calls } from './calls.js';
import { sagasNow, startSagas } from './saga-calls.js';
import type { CallerAnswer, CallerAsk } from './caller-protocol.js';

const TICK_MS = 10;
const NODES_WITHIN_MS = 30_000;
/** A caller with so many calls that have not ended makes no more, or it would measure its own memory. */
const MOST_UNENDED = 2000;

const settings = readNodeSettings();
const sagas = settings.hasSagas === true ? [CatgaSagasModule.forRoot()] : [];

@Module({})
class CallingNode {
  static create(): DynamicModule {
    return { module: CallingNode, imports: [catgaNodeModule(settings), ...sagas] };
  }
}

const app = await NestFactory.createApplicationContext(CallingNode.create(), {
  abortOnError: false,
  logger: ['debug', 'log', 'warn', 'error', 'fatal'],
});
app.enableShutdownHooks([], { useProcessExit: true });
const mediator = app.get(CatgaMediator);
const calls = new Calls(mediator, settings.nodeId, settings.callFile);
let timer: NodeJS.Timeout | undefined;

function start({ rate, kinds, plan, count = Infinity }: Extract<CallerAsk, { what: 'start' }>): void {
  let lastMs = performance.now();
  let due = 0;
  let made = 0;
  timer = setInterval(() => {
    const nowMs = performance.now();
    due += ((nowMs - lastMs) / 1000) * rate;
    lastMs = nowMs;
    for (; due >= 1 && made < count; due--) {
      if (calls.unended >= MOST_UNENDED) continue;
      const kind = kinds[made++ % kinds.length];
      if (kind !== undefined) calls.make(kind, plan);
    }
    if (made < count) return;
    clearInterval(timer);
    void calls.ended().then(() => say({ what: 'done' }));
  }, TICK_MS);
}

async function deadLetters(): Promise<readonly DeadLetterRecord[]> {
  const letters: DeadLetterRecord[] = [];
  const store = app.get(CatgaDeadLetters);
  for (let after: string | undefined; ;) {
    const { items, next } = await store.list({}, after === undefined ? {} : { after });
    for (const { message, subscription } of items) {
      const { id } = message as { readonly id: string };
      letters.push({ id, service: subscription.startsWith('mail.') ? 'mail' : 'orders' });
    }
    if (next === undefined) return letters;
    after = next;
  }
}

/** The owner of each lane of each subscription of `orders`. */
async function owners(): Promise<readonly string[]> {
  const subscriptions = await app.get(CatgaSubscriptions).list();
  return subscriptions
    .filter(({ id }) => id.startsWith('orders.'))
    .flatMap(({ lanes = [] }) => lanes.map(({ owner }) => owner ?? ''));
}

async function lag(): Promise<number> {
  const subscriptions = await app.get(CatgaSubscriptions).list();
  return subscriptions.reduce((sum, { waiting }) => sum + waiting, 0);
}

async function answer(ask: CallerAsk): Promise<CallerAnswer | undefined> {
  switch (ask.what) {
    case 'start':
      start(ask);
      return undefined;
    case 'call':
      for (const kind of ask.kinds) calls.make(kind, ask.plan);
      await calls.ended();
      return { what: 'done' };
    case 'stop':
      clearInterval(timer);
      await calls.ended();
      return { what: 'done' };
    case 'start sagas':
      await startSagas(mediator, ask);
      return { what: 'done' };
    case 'sagas':
      return { what: 'sagas', ...(await sagasNow(app)) };
    case 'stats':
      return processStats(mediator);
    case 'owners':
      return { what: 'owners', nodeIds: await owners() };
    case 'lag':
      return { what: 'lag', waiting: await lag().catch(() => undefined) };
    case 'dead letters':
      return { what: 'dead letters', letters: await deadLetters() };
  }
}

function say(what: CallerAnswer): void {
  process.send?.(what);
}

process.on('message', (ask: CallerAsk) => {
  void answer(ask).then((said) => said && say(said));
});
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
for (const startMs = performance.now(); mediator.nodes().length < 4; await pause(TICK_MS)) {
  if (performance.now() - startMs > NODES_WITHIN_MS) throw new Error('The handling nodes did not come.');
}
say({ what: 'ready' });
