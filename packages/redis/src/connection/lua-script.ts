import { createHash } from 'node:crypto';

/** A script and its SHA-1 digest. */
export interface LuaScript {
  readonly text: string;
  readonly digest: string;
}

/** Tag of a script's text. Each script is in its own file, whose header documents keys, arguments and replies. */
export function lua(parts: TemplateStringsArray): LuaScript {
  const text = parts.raw.join('').trim();
  return Object.freeze({ text, digest: createHash('sha1').update(text).digest('hex') });
}

/** Arguments and replies of a script. Numbers are returned as numbers, texts as bytes. */
export type LuaArgument = string | number | Buffer;
export type LuaReply = number | Buffer | null | readonly LuaReply[];

/** Reply of a script that must be a list. */
export function listOf(reply: LuaReply | undefined): readonly LuaReply[] {
  if (!Array.isArray(reply)) throw new TypeError('A script did not return a list.');
  return reply as readonly LuaReply[];
}

export function bytesOf(reply: LuaReply | undefined): Buffer {
  if (!Buffer.isBuffer(reply)) throw new TypeError('A script did not return bytes.');
  return reply;
}

export function numberOf(reply: LuaReply | undefined): number {
  if (typeof reply !== 'number') throw new TypeError('A script did not return a number.');
  return reply;
}
