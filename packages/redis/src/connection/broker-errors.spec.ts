import { describe, expect, it } from '@jest/globals';
import { isInterruption } from './broker-errors.js';

const named = (name: string): Error => Object.assign(new Error('words'), { name });

describe('a command', () => {
  it.each([
    ['whose slot is moving', new Error('MOVED 3999 127.0.0.1:6381')],
    [
      'whose slot is moving for long',
      new Error('Too many Cluster redirections. Last error: ASK 3999 127.0.0.1:6381'),
    ],
    [
      'whose keys are on two servers for a moment',
      new Error('TRYAGAIN Multiple keys request during rehashing of slot'),
    ],
    [
      'that was gathered for a server which has lost the slot since',
      new Error('All keys in the pipeline should belong to the same slots allocation group'),
    ],
    ['whose connection ended', new Error('Connection is closed.')],
    ['that was given up by the client', named('MaxRetriesPerRequestError')],
    ['that was flushed by the client', named('AbortError')],
    ['that found no connection', new Error("Stream isn't writeable and enableOfflineQueue options is false")],
  ])('%s is sent again', (_, thrown) => {
    expect(isInterruption(thrown)).toBe(true);
  });

  it.each([
    [
      'that the server refused',
      new Error('WRONGTYPE Operation against a key holding the wrong kind of value'),
    ],
    ['for which there is no memory', new Error("OOM command not allowed when used memory > 'maxmemory'.")],
    ['of which something else was thrown', 'Connection is closed.'],
  ])('%s is not', (_, thrown) => {
    expect(isInterruption(thrown)).toBe(false);
  });
});
