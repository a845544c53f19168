import { describe, expect, it } from '@jest/globals';
import { Command, Message, ReliableEvent } from '@catga/core';
import type { MessageOptions } from '@catga/core';
import type { ClusterLab } from '../cluster-lab.js';
import type { Lab } from '../lab.js';

/** Encoded as the test says, instead of as its fields. */
@ReliableEvent()
class Odd {
  constructor(readonly encoded: unknown) {}
  toJSON(): unknown {
    return this.encoded;
  }
}

class OddCommand extends Command<string> {
  constructor(readonly encoded: unknown) {
    super();
  }
  toJSON(): unknown {
    return this.encoded;
  }
}

class OddPlain {
  constructor(readonly encoded: unknown) {}
  toJSON(): unknown {
    return this.encoded;
  }
}

const ODD: readonly unknown[] = ['text', '', 7, true, null, undefined, [1]];

/** Schema of messages with accessors, whose values are validated like fields. */
const schema: MessageOptions['schema'] = {
  '~standard': {
    version: 1,
    vendor: 'compliance',
    validate: (value) => {
      const { cents, euros } = value as Priced;
      return { value: { cents, euros } };
    },
  },
};

const settersRun: unknown[] = [];

@ReliableEvent()
@Message({ schema })
class Priced {
  constructor(readonly cents: number) {}
  get euros(): number {
    return this.cents / 100;
  }
  set discount(value: unknown) {
    settersRun.push(value);
  }
  get isFree(): boolean {
    return this.cents === 0;
  }
}

/** Encodes a field that the class only has a setter for, as any other publisher may. */
class Discounted extends Priced {
  toJSON(): unknown {
    return { cents: this.cents, discount: 5 };
  }
}

const refusal = { code: 'CATGA_SERIALIZATION' };

/** Messages that do not encode to an object are refused at the sender; accessors of classes survive decoding. */
export function encodableMessages(lab: Lab): void {
  describe('a message that is not encoded as an object', () => {
    it('is refused when it is published, and is no dead letter', async () => {
      let runs = 0;
      const node = await lab.run(lab.node().handleEvent(Odd, () => void runs++));
      for (const encoded of ODD) {
        await expect(node.mediator.publish(new Odd(encoded))).rejects.toMatchObject(refusal);
        await expect(node.mediator.publishBatch([new Odd({}), new Odd(encoded)])).rejects.toMatchObject(
          refusal,
        );
      }
      await lab.until(() => runs === ODD.length);
      await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [] });
    });

    it('is refused when it is queued', async () => {
      const node = await lab.run(lab.node().handleRequest(OddCommand, () => 'done'));
      for (const encoded of ODD)
        await expect(node.mediator.enqueue(new OddCommand(encoded))).rejects.toMatchObject(refusal);
      await expect(node.mediator.enqueue(new OddCommand({}))).resolves.toMatchObject({ duplicate: false });
    });
  });

  describe('a message of a class with accessors', () => {
    it('has own data properties for its fields: getters work, and received data reaches no setter', async () => {
      const seen: Priced[] = [];
      const node = await lab.run(lab.node().handleEvent(Priced, (event) => void seen.push(event as Priced)));
      await node.mediator.publish(Object.setPrototypeOf(new Discounted(250), Priced.prototype) as Priced);
      await lab.until(() => seen.length === 1);
      expect(seen[0]).toBeInstanceOf(Priced);
      expect(seen[0]).toMatchObject({ cents: 250, euros: 2.5, isFree: false });
      expect(settersRun).toEqual([]);
    });
  });
}

/** The same refusal between nodes. */
export function encodableRequests(lab: ClusterLab): void {
  describe('a message that is not encoded as an object', () => {
    it('is refused before it leaves its node', async () => {
      let runs = 0;
      const gateway = lab.member('gateway');
      const orders = lab
        .member('orders')
        .handleRequest(OddCommand, () => `run ${++runs}`)
        .handleEvent(OddPlain, () => void runs++);
      await lab.start(gateway, orders);
      const { mediator } = gateway;
      for (const encoded of ODD) {
        const request = (): OddCommand => new OddCommand(encoded);
        await expect(mediator.send(request())).rejects.toMatchObject(refusal);
        await expect(mediator.sendToNode('orders', request())).rejects.toMatchObject(refusal);
        await expect(mediator.sendBatch([request()])).resolves.toMatchObject([{ ok: false, error: refusal }]);
        await expect(mediator.publish(new OddPlain(encoded))).rejects.toMatchObject(refusal);
        await expect(mediator.broadcast(new OddPlain(encoded))).rejects.toMatchObject(refusal);
      }
      expect(runs).toBe(0);
      await expect(lab.whileTimePasses(mediator.send(new OddCommand({})))).resolves.toBe('run 1');
    });
  });
}
