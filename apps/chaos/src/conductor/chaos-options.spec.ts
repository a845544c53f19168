import { expect, it } from '@jest/globals';
import { readChaosOptions } from './chaos-options.js';

it.each([
  ['--scenario', 'earthquake', "'earthquake' is none of throws, hangs"],
  ['--engine', 'kafka', "'kafka' is none of nats, redis"],
  ['--rate', 'many', "--rate must be a whole number from 1 to 20000, not 'many'"],
])('a wrong %s is refused', (option, value, problem) => {
  expect(() => readChaosOptions([option, value])).toThrow(problem);
});

it('a storm of so many messages is sent at a rate of its own', () => {
  expect(readChaosOptions(['--messages', '50000'])).toMatchObject({ messages: 50_000, rate: 3000 });
  expect(readChaosOptions(['--messages', '50000', '--rate', '70'])).toMatchObject({ rate: 70 });
  expect(readChaosOptions([])).toMatchObject({ rate: 150 });
  expect(readChaosOptions(['--sagas', '2000'])).toMatchObject({ sagas: 2000, rate: 15 });
  expect(() => readChaosOptions(['--messages', '0'])).toThrow('--messages must be a whole number from 1');
});
