import { createHash } from 'node:crypto';

/** A script and the digest under which servers keep it. */
export interface LuaScript {
  readonly text: string;
  readonly digest: string;
}

/** Marks the text of a script; each is a file of its own, whose header says its keys, arguments and answers. */
export function lua(parts: TemplateStringsArray): LuaScript {
  const text = parts.raw.join('').trim();
  return Object.freeze({ text, digest: createHash('sha1').update(text).digest('hex') });
}

/** What a script is given and what it answers. Numbers come back as numbers, texts as bytes. */
export type LuaArgument = string | number | Buffer;
export type LuaReply = number | Buffer | null | readonly LuaReply[];

/** An answer of a script that must be a list. */
export function listOf(reply: LuaReply | undefined): readonly LuaReply[] {
  if (!Array.isArray(reply)) throw new TypeError('A script answered something else than a list.');
  return reply as readonly LuaReply[];
}

export function bytesOf(reply: LuaReply | undefined): Buffer {
  if (!Buffer.isBuffer(reply)) throw new TypeError('A script answered something else than bytes.');
  return reply;
}

export function numberOf(reply: LuaReply | undefined): number {
  if (typeof reply !== 'number') throw new TypeError('A script answered something else than a number.');
  return reply;
}
