import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { PlainNest, StartPlainNest } from './plain-nest.fixture.js';

/** What the program says: that it serves, what its server heard, or how a call of its client ended. */
type Said =
  | { readonly serves: string }
  | { readonly heard: string }
  | { readonly call: number; readonly value?: unknown; readonly error?: unknown };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

const PROGRAM = join(process.cwd(), 'test/nest-11/plain-nest.mjs');

/** As a process with the packages of Nest 11. */
export const startPlainNest11: StartPlainNest = async (transport, ledger): Promise<PlainNest> => {
  const child = fork(PROGRAM, [JSON.stringify(transport)], { serialization: 'advanced' });
  const exited = once(child, 'exit');
  const calls = new Map<number, Waiting>();
  const version = await new Promise<string>((resolve, reject) => {
    child.on('message', (message) => {
      const said = message as Said;
      if ('serves' in said) resolve(said.serves);
      else if ('heard' in said) ledger.lines.push(said.heard);
      else if ('error' in said) calls.get(said.call)?.reject(said.error);
      else calls.get(said.call)?.resolve(said.value);
    });
    child.once('exit', (code) => {
      const ended = new Error(`test/nest-11 ended with ${code}: npm run test:nest-11 installs its packages.`);
      for (const call of calls.values()) call.reject(ended);
      reject(ended);
    });
  });
  if (!version.startsWith('11.')) throw new Error(`test/nest-11 has Nest ${version}.`);
  let last = 0;
  const call = (kind: 'send' | 'emit', pattern: unknown, data: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      calls.set(++last, { resolve, reject });
      child.send({ call: last, kind, pattern, data });
    });
  return {
    send: (pattern, data) => call('send', pattern, data),
    emit: async (pattern, data) => void (await call('emit', pattern, data)),
    close: async () => {
      child.disconnect();
      await exited;
    },
  };
};
