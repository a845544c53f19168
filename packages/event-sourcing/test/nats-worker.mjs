// A node on NATS that decides commands, says which were acknowledged, and kills itself at one point around its appends.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Module } from '@nestjs/common';
import {
  CatgaEventSourcingModule,
  DecisionHandler,
  EventStream,
  Evolve,
  decided,
  engineEventStore,
} from '@catga/event-sourcing';
import { CatgaMediator, CatgaModule, Command, Message, ReliableEvent } from '@catga/nestjs';
import { nats } from '@catga/nats';

const { url, name, diesAt } = JSON.parse(process.argv[2]);
let points = 0;

function point() {
  if (++points !== diesAt) return;
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}

class Counted {
  constructor(id) {
    this.id = id;
  }
}
ReliableEvent()(Counted);
Message({ name: 'killed.counted' })(Counted);

class Count extends Command {
  constructor(stream, id) {
    super();
    this.stream = stream;
    this.id = id;
  }
}
Message({ name: 'killed.count' })(Count);

class Counter {
  total = 0;

  counted() {
    this.total++;
  }
}
Evolve(Counted)(Counter.prototype, 'counted');
EventStream({ name: 'counter' })(Counter);

class CountHandler {
  decide({ id }) {
    return decided([new Counted(id), new Counted(`${id}+`)]);
  }
}
DecisionHandler(Count, { stream: Counter, id: ({ stream }) => stream })(CountHandler);

const storage = engineEventStore();
const open = async (client) => {
  const store = await storage.open(client);
  const append = async (...request) => {
    point();
    const appending = store.append(...request);
    point();
    const appended = await appending;
    point();
    return appended;
  };
  return Object.assign(Object.create(store), { append });
};

class AppModule {}
Module({
  imports: [
    CatgaModule.forRoot({
      engine: nats({ servers: url, durable: { lanes: 1 } }),
      nodeId: name,
      heartbeat: { intervalMs: 500, timeoutMs: 2000 },
    }),
    CatgaEventSourcingModule.forRoot({ storage: { ...storage, open } }),
  ],
  providers: [CountHandler],
})(AppModule);

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
const mediator = app.get(CatgaMediator);
process.send('ready');
for (let round = 0; round < 40; round++) {
  const id = `${name}-${round}`;
  await mediator.send(new Count(`s${round % 3}`, id), { messageId: id });
  point();
  process.send(id);
}
await app.close();
process.exit(0);
