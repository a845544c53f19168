import { expect, it } from '@jest/globals';
import { readChaosOptions } from './chaos-options.js';

it.each([
  ['--scenario', 'earthquake', "'earthquake' is none of throws, hangs"],
  ['--engine', 'kafka', "'kafka' is none of nats, redis"],
  ['--rate', 'many', "--rate must be a whole number from 1 to 20000, not 'many'"],
])('a wrong %s is refused', (option, value, problem) => {
  expect(() => readChaosOptions([option, value])).toThrow(problem);
});
