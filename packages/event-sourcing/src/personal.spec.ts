import { CatgaMediator, Command, Message, memory } from '@catga/nestjs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { start, stopAll } from './bank.fixture.js';
import {
  CatgaEventStreams,
  DecisionHandler,
  EventStream,
  Evolve,
  On,
  Personal,
  Projection,
  Upcast,
  decided,
  memoryEventStore,
} from './index.js';
import type { Decision, EventStreamClass, NewEvent } from './index.js';

afterEach(stopAll);

@Personal({ subject: 'customerId', fields: ['email', 'name'], erased: 'erased' })
@Message({ name: 'shop.registered.v1' })
class Registered {
  constructor(
    readonly customerId: string,
    readonly email: string,
    readonly name?: string,
  ) {}
}

@EventStream({ name: 'shop.customer' })
class Customer {
  email: unknown;
  history: unknown[] = [];

  @Evolve(Registered)
  registered(event: Registered): void {
    this.email = event.email;
    this.history.push(event);
  }
}

@Message({ name: 'shop.register.v1' })
class Register extends Command {
  constructor(
    readonly customerId: string,
    readonly email: string,
  ) {
    super();
  }
}

@DecisionHandler(Register, { stream: Customer, id: ({ customerId }) => customerId })
class RegisterHandler {
  decide({ customerId, email }: Register): Decision {
    return decided([new Registered(customerId, email)]);
  }
}

@Projection({ name: 'emails' })
class Emails {
  readonly seen: string[] = [];

  @On(Registered)
  registered({ email }: Registered): void {
    this.seen.push(email);
  }
}

@Projection({ name: 'later-emails' })
class LaterEmails extends Emails {}

describe('Personal data', () => {
  it('is stored encrypted, and gone for good once the person is erased; others keep theirs', async () => {
    const parts = [{ storage: memoryEventStore() }, { engine: memory() }] as const;
    const module = await start([RegisterHandler, Emails], ...parts);
    const other = await start([RegisterHandler], ...parts);
    const [mediator, streams] = [module.get(CatgaMediator), module.get(CatgaEventStreams)];
    for (const [id, email] of [
      ['c1', 'ada@example.org'],
      ['c2', 'bob@example.org'],
    ] as const)
      await mediator.send(new Register(id, email));
    const emailOf = async (id: string, on = streams): Promise<unknown> =>
      (await on.load(Customer, id)).state.email;
    await expect(emailOf('c1')).resolves.toBe('ada@example.org');
    while (module.get(Emails).seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(module.get(Emails).seen).toEqual(['ada@example.org', 'bob@example.org']);
    const { events } = await streams.store.readAll(undefined, 10);
    const stored = events.map(({ body, headers }) => Buffer.from(body).toString() + JSON.stringify(headers));
    expect(stored[0]).toContain('"c1"');
    for (const text of stored) expect(text).not.toMatch(/example|email/);

    await expect(streams.erase('c1')).resolves.toBe(true);
    await expect(streams.erase('c1')).resolves.toBe(false);
    for (const on of [streams, other.get(CatgaEventStreams)]) {
      await expect(emailOf('c1', on)).resolves.toBe('erased');
      await expect(emailOf('c2', on)).resolves.toBe('bob@example.org');
    }
    // A read model that is made now.
    const { seen } = (await start([LaterEmails], ...parts)).get(LaterEmails);
    while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(seen).toEqual(['erased', 'bob@example.org']);
    // A person who comes back has a new key.
    await mediator.send(new Register('c1', 'new@example.org'));
    const { history } = (await streams.load(Customer, 'c1')).state;
    expect(history).toEqual([
      new Registered('c1', 'erased', 'erased'),
      Object.assign(Object.create(Registered.prototype) as Registered, {
        customerId: 'c1',
        email: 'new@example.org',
      }),
    ]);
    for (const event of history) expect(event).toBeInstanceOf(Registered);
  });

  it('that was changed is CATGA_SERIALIZATION; with that of another person it is not read', async () => {
    const module = await start([RegisterHandler]);
    const streams = module.get(CatgaEventStreams);
    for (const id of ['c1', 'c2'])
      await module.get(CatgaMediator).send(new Register(id, `${id}@example.org`));
    const [one, two] = (await streams.store.readAll(undefined, 10)).events as readonly NewEvent[];
    const sealed = Buffer.from(one?.headers['catga-personal'] ?? '', 'base64');
    const load = async (id: string, header: string): Promise<unknown> => {
      const { name, body, serializer, headers } = one as NewEvent;
      const event = { name, body, serializer, headers: { ...headers, 'catga-personal': header } };
      await streams.store.append(`shop.customer/${id}`, [event], 0);
      return (await streams.load(Customer, id)).state.email;
    };
    for (const at of [8, 20, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(load(`x${at}`, changed.toString('base64'))).rejects.toMatchObject({
        code: 'CATGA_SERIALIZATION',
      });
    }
    await expect(load('y', sealed.subarray(0, 30).toString('base64'))).rejects.toMatchObject({
      code: 'CATGA_SERIALIZATION',
    });
    await expect(load('z', two?.headers['catga-personal'] ?? '')).resolves.toBe('erased');
    await expect(load('copy', sealed.toString('base64'))).resolves.toBe('c1@example.org');
  });

  it('outlives other names of its fields, and a class that says nothing of it', async () => {
    @Personal({ subject: 'personId', fields: ['mail'], erased: 'erased' })
    @Message({ name: 'shop.registered.v1' })
    class Renamed {
      constructor(
        readonly personId: string,
        readonly mail: string,
      ) {}
    }
    @EventStream({ name: 'shop.customer' })
    class Later {
      email: unknown;

      @Upcast(Renamed, 1)
      renamed({ customerId, email }: Registered): Renamed {
        return new Renamed(customerId, email);
      }
      @Evolve(Renamed)
      on({ mail }: Renamed): void {
        this.email = mail;
      }
    }
    @Message({ name: 'shop.registered.v1' })
    class Plain {
      email?: string;
    }
    @EventStream({ name: 'shop.customer' })
    class Undecorated {
      email: unknown;

      @Evolve(Plain)
      on({ email }: Plain): void {
        this.email = email;
      }
    }
    const module = await start([RegisterHandler]);
    for (const id of ['c1', 'c2'])
      await module.get(CatgaMediator).send(new Register(id, `${id}@example.org`));
    const streams = module.get(CatgaEventStreams);
    await streams.erase('c2');
    const emailsIn = async (stream: EventStreamClass<{ email: unknown }>): Promise<unknown[]> => [
      (await streams.load(stream, 'c1')).state.email,
      (await streams.load(stream, 'c2')).state.email,
    ];
    await expect(emailsIn(Later)).resolves.toEqual(['c1@example.org', 'erased']);
    await expect(emailsIn(Undecorated)).resolves.toEqual(['c1@example.org', undefined]);
  });

  it('needs the id of a person, and no snapshots', async () => {
    const module = await start([RegisterHandler]);
    @DecisionHandler(Register, { stream: Customer, id: () => 'x' })
    class Nobody {
      decide(): Decision {
        return decided([new Registered('', 'a@example.org')]);
      }
    }
    const nobody = await start([Nobody]);
    await expect(nobody.get(CatgaMediator).send(new Register('c', 'e'))).rejects.toMatchObject({
      code: 'CATGA_VALIDATION_FAILED',
    });
    for (const subject of ['', 'a\0', '\ud800', 'x'.repeat(201), 42 as unknown as string])
      await expect(module.get(CatgaEventStreams).erase(subject)).rejects.toMatchObject({
        code: 'CATGA_VALIDATION_FAILED',
      });
    @EventStream({ name: 'shop.customer', snapshot: { every: 5, version: 1 } })
    class Kept extends Customer {}
    await expect(module.get(CatgaEventStreams).load(Kept, 'a')).rejects.toThrow(/could not be erased/);
  });
});
