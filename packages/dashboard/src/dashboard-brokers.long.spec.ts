import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { NatsServer, RedisServer } from '@catga/servers';
import type { LetterGroupsView, LetterView, PageView } from './api/views.js';
import { DashboardApp } from './dashboard.fixture.js';
import { letterCases } from './letter-cases.fixture.js';
import { ManyLetters } from './many-letters.fixture.js';

const LETTERS = 20_000;

const brokers = [
  { name: 'NATS', spawn: () => NatsServer.spawn(), engineOf: nats },
  { name: 'Redis', spawn: () => RedisServer.spawn(), engineOf: redis },
];

describe.each(brokers)('a broker', ({ name, spawn, engineOf }) => {
  let server: NatsServer | RedisServer;
  beforeAll(async () => {
    server = await spawn();
  });
  afterAll(() => server.stop());
  letterCases(name, () => engineOf(server.url));

  it(`of ${name} may have ${LETTERS} dead letters`, async () => {
    const letters = new ManyLetters(engineOf(server.url));
    const app = await DashboardApp.serve({}, 'express', { engine: letters.engine });
    await letters.put(LETTERS);
    const ask = async <T>(path: string) => {
      const begun = performance.now();
      const { json } = await app.get<T>(`/catga/api/letters${path}`);
      process.stdout.write(`${name}: letters${path} in ${Math.round(performance.now() - begun)} ms\n`);
      return json;
    };
    const begun = performance.now();
    let counted: LetterGroupsView;
    do counted = await ask('/groups');
    while (counted.isCounting);
    process.stdout.write(`${name}: counted in ${Math.round(performance.now() - begun)} ms\n`);
    expect(counted).toMatchObject({ counted: LETTERS, isComplete: true });
    const { items, next } = await ask<PageView<LetterView>>('');
    expect(items).toHaveLength(50);
    expect((await ask<PageView<LetterView>>(`?limit=200&after=${next}`)).items).toHaveLength(200);
    await app.close();
  });
});
