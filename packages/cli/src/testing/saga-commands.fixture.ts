import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { INestApplicationContext } from '@nestjs/common';
import { CatgaMediator } from '@catga/nestjs';
import { CatgaSagas } from '@catga/sagas';
import type { SagaStatus } from '@catga/sagas';
import { NatsServer, RedisServer } from '@catga/servers';
import { Booked, startBookings } from './bookings.fixture.js';
import { saga, schedule, shownSaga, steeredSaga } from './output-schemas.fixture.js';
import { until } from './shop.fixture.js';
import { TestTerminal } from './terminal.fixture.js';

const STAY = 'bookings.stay';

/** The commands of sagas and schedules, on one broker. */
export function describeSagaCommands(broker: 'nats' | 'redis'): void {
  describe(`sagas and schedules by the command line on ${broker}`, () => {
    let server: NatsServer | RedisServer;
    let app: INestApplicationContext;
    let terminal: TestTerminal;
    const isNow = (id: string, status: SagaStatus, revision = 1): Promise<void> =>
      until(async () => {
        const found = await app.get(CatgaSagas).get(STAY, id);
        return found?.status === status && found.revision >= revision;
      });

    beforeAll(async () => {
      server = broker === 'nats' ? await NatsServer.spawn() : await RedisServer.spawn();
      terminal = new TestTerminal({ CATGA_URL: server.url });
      app = await startBookings(server.url);
      for (const guest of ['ann', 'bob']) await app.get(CatgaMediator).publish(new Booked(guest));
      for (const guest of ['ann', 'bob']) await isNow(guest, 'running', 2);
    });
    afterAll(async () => {
      await app.close();
      await server.stop();
      terminal.folder.remove();
    });

    it('ls lists them page by page, by name and status', async () => {
      const first = await terminal.run('sagas', 'ls', '--limit', '1', '--saga', STAY);
      expect(first.out).toMatch(/SAGA +ID +STATUS[\s\S]*bookings\.stay +(ann|bob) +running +2/);
      const [, after = ''] = /--after (\S+)/.exec(first.err) ?? [];
      const rest = await terminal.json('sagas', 'list', '--after', after);
      expect(z.array(saga).parse(rest)).toHaveLength(1);
      await expect(terminal.json('sagas', 'ls', '--status', 'stuck')).resolves.toEqual([]);
      await expect(terminal.json('sagas', 'ls', '--started-before', '2020-01-01')).resolves.toEqual([]);
      await expect(terminal.run('sagas', 'ls', '--saga', 'nobody')).resolves.toMatchObject({ exitCode: 3 });
      await expect(terminal.run('sagas', 'ls', '--status', 'x')).resolves.toMatchObject({ exitCode: 2 });
    });

    it('show tells of one with its state and its steps', async () => {
      const shown = shownSaga.parse(await terminal.json('sagas', 'show', STAY, 'ann'));
      expect(shown).toMatchObject({
        status: 'running',
        state: { guest: 'ann' },
        undo: ['bookings.release.v1'],
      });
      expect(shown.history.map(({ input }) => input)).toEqual([
        'bookings.booked.v1',
        'result of bookings.reserve.v1',
      ]);
      const { out } = await terminal.run('sagas', 'show', STAY, 'ann');
      expect(out).toMatch(/state +\{"guest":"ann"\} \(version 1\)[\s\S]*AT +INPUT[\s\S]*result of bookings/);
      await expect(terminal.run('sagas', 'show', STAY, 'nobody')).resolves.toMatchObject({ exitCode: 3 });
    });

    it('retry, compensate and complete one, when somebody has said so and its status allows it', async () => {
      await expect(terminal.run('sagas', 'retry', STAY, 'bob')).resolves.toMatchObject({
        exitCode: 1,
        err: "bookings.stay 'bob' is not stuck.\n",
      });
      for (const action of ['compensate', 'complete'])
        await expect(terminal.run('sagas', action, STAY, 'bob')).resolves.toMatchObject({ exitCode: 2 });
      const compensated = await terminal.json('sagas', 'compensate', STAY, 'bob', '--reason', 'ill', '--yes');
      expect(steeredSaga.parse(compensated)).toEqual({
        saga: STAY,
        id: 'bob',
        action: 'compensate',
        reason: 'ill',
      });
      await isNow('bob', 'stuck');
      const { out } = await terminal.run('sagas', 'ls', '--status', 'stuck');
      expect(out).toMatch(/bob +stuck .* bookings\.release\.v1 failed: the desk is closed/);
      expect(steeredSaga.parse(await terminal.json('sagas', 'retry', STAY, 'bob')).action).toBe('retry');
      await isNow('bob', 'stuck', 6);
      await expect(terminal.run('sagas', 'complete', STAY, 'bob', '--yes')).resolves.toMatchObject({
        exitCode: 0,
        out: "bookings.stay 'bob' is completed.\n",
      });
      await expect(terminal.run('sagas', 'complete', STAY, 'bob', '--yes')).resolves.toMatchObject({
        exitCode: 1,
      });
    });

    it('schedules ls lists schedules with their next runs', async () => {
      const all = z.array(schedule).parse(await terminal.json('schedules', 'list', '--runs', '2'));
      expect(all).toMatchObject([
        { name: 'bookings.yearly', command: 'bookings.release.v1', timeZone: 'Asia/Shanghai' },
      ]);
      const next = all[0]?.nextMs.map((at) => new Date(at).toISOString().slice(4)) ?? [];
      expect(next).toEqual(['-12-31T20:00:00.000Z', '-12-31T20:00:00.000Z']);
      const { out } = await terminal.run('schedules', 'ls', '--runs', '1');
      expect(out).toMatch(
        /bookings\.yearly +bookings\.release\.v1 +0 4 1 1 \* \(Asia\/Shanghai\).*-12-31 20:00:00Z/,
      );
    });
  });
}
