import { openSync, writeSync } from 'node:fs';
import type { CatgaMediator } from '@catga/nestjs';
import type { Instruction } from '../messages/instruction.js';
import { EVENTS, Pack, REQUESTS } from '../messages/messages.js';
import type { Kind } from '../promises/kinds.js';
import type { CallLine, CallPlan } from './caller-protocol.js';

/** The calls of one process, each written down before it is made and once it has ended. */
export class Calls {
  private readonly descriptor: number;
  private readonly places = new Map<string, number>();
  private readonly open = new Map<Promise<void>, Kind>();
  private number = 0;

  constructor(
    private readonly mediator: CatgaMediator,
    private readonly caller: string,
    file: string,
  ) {
    this.descriptor = openSync(file, 'a');
  }

  /** How many have not ended. */
  get unended(): number {
    return this.open.size;
  }

  make(kind: Kind, { run, instruction, isTwice, isSerial, keys }: CallPlan): void {
    if (isSerial && [...this.open.values()].includes(kind)) return;
    const number = ++this.number;
    const id = `${run}.${this.caller}.${number}`;
    const key = `${run}.${this.caller}.${kind}.${number % keys}`;
    const place = (this.places.get(key) ?? 0) + 1;
    this.places.set(key, place);
    this.write({ id, kind, key, place });
    const messageId = isTwice ? id : undefined;
    const call = Promise.all([
      this.send(kind, id, key, instruction, messageId),
      isTwice ? this.send(kind, id, key, instruction, messageId) : undefined,
    ]).then(
      () => this.write({ id, ok: true }),
      (thrown: unknown) => this.write({ id, ok: false, code: codeOf(thrown) }),
    );
    this.open.set(call, kind);
    void call.finally(() => this.open.delete(call));
  }

  /** Resolves when every call has ended. */
  async ended(): Promise<void> {
    while (this.open.size > 0) await Promise.all(this.open.keys());
  }

  private async send(
    kind: Kind,
    id: string,
    key: string,
    instruction: Instruction,
    messageId: string | undefined,
  ): Promise<void> {
    const options = messageId === undefined ? {} : { messageId };
    if (kind === 'enqueued') await this.mediator.enqueue(new Pack(id, key, instruction), options);
    else if (kind === 'event' || kind === 'reliable' || kind === 'reliable-qos2') {
      await this.mediator.publish(new EVENTS[kind](id, key, instruction), options);
    } else {
      const answer = await this.mediator.send(new REQUESTS[kind](id, key, instruction), options);
      if (answer !== id) throw Object.assign(new Error(`${id} got ${answer}`), { code: 'E_WRONG_ANSWER' });
    }
  }

  private write(line: CallLine): void {
    writeSync(this.descriptor, `${JSON.stringify(line)}\n`);
  }
}

function codeOf(thrown: unknown): string {
  const code: unknown = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : 'none';
}
