import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { CatgaMediator, CatgaModule, EventHandler, Message, ReliableEvent } from '@catga/nestjs';
import type { IEventHandler } from '@catga/nestjs';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { nestApp } from '../apps/nest-app.js';
import { figure } from './figure.js';
import type { Figure } from './figure.js';
import type { MeasuredBroker } from './measured-broker.js';

const SERVICES = 10;
const HANDLERS = 10;
const SETTLED_AFTER_MS = 15_000;
const MEASURED_MS = 60_000;
/** `/proc/<pid>/stat` counts processor time in hundredths of a second (proc_pid_stat(5), sysconf(_SC_CLK_TCK)). */
const TICK_MS = 10;
const MOST_CPU_PERCENT = 2;
const MOST_MEMORY_MIB = 300;

/** What a broker holds and does while ten services of ten handlers each, on a node each, have nothing to do. */
export async function brokerAtRest(broker: MeasuredBroker): Promise<readonly Figure[]> {
  const apps: INestApplicationContext[] = [];
  const handled = { count: 0 };
  for (let service = 0; service < SERVICES; service++)
    apps.push(await startService(broker, service, handled));
  try {
    for (const app of apps) {
      for (const Event of eventsOf(apps.indexOf(app))) await app.get(CatgaMediator).publish(new Event());
    }
    while (handled.count < SERVICES * HANDLERS) await setTimeout(50);
    await setTimeout(SETTLED_AFTER_MS);
    const before = { cpuMs: cpuMs(broker.pid), messages: await broker.messages() };
    await setTimeout(MEASURED_MS);
    const seconds = MEASURED_MS / 1000;
    const cpuPercent = ((cpuMs(broker.pid) - before.cpuMs) / MEASURED_MS) * 100;
    const messages = (await broker.messages()) - before.messages;
    return [
      figure('processor, of one core', cpuPercent, '%', MOST_CPU_PERCENT),
      figure('resident memory', residentBytes(broker.pid) / 2 ** 20, 'MiB', MOST_MEMORY_MIB),
      figure('messages', messages / seconds, 'a second'),
      ...(await broker.objects()),
    ];
  } finally {
    await Promise.all(apps.map((app) => app.close()));
  }
}

const eventClasses = new Map<string, Type<object>>();

function eventsOf(service: number): Type<object>[] {
  return Array.from({ length: HANDLERS }, (_, index) => {
    const name = `rest.event-${service}-${index}`;
    const known = eventClasses.get(name);
    if (known !== undefined) return known;

    @ReliableEvent()
    @Message({ name })
    class RestEvent {}
    eventClasses.set(name, RestEvent);
    return RestEvent;
  });
}

function startService(broker: MeasuredBroker, service: number, handled: { count: number }) {
  const providers = eventsOf(service).map((Event, index) => {
    @EventHandler(Event, { name: `handler-${index}` })
    class RestHandler implements IEventHandler<object> {
      async handle(): Promise<void> {
        handled.count++;
      }
    }
    return { provide: `handler-${index}`, useClass: RestHandler };
  });
  return nestApp({
    imports: [
      CatgaModule.forRoot({
        engine: broker.engine(),
        namespace: 'rest',
        service: `service-${service}`,
        nodeId: `node-${service}`,
      }),
    ],
    providers,
  });
}

function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}
