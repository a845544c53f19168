import 'reflect-metadata';
import type { DynamicModule, LoggerService, Provider, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { CatgaModule, Command, EventHandler, Message, ReliableEvent } from '@catga/nestjs';
import type { CatgaModuleOptions, MessageContext } from '@catga/nestjs';
import { CatgaEventSourcingModule, DecisionHandler, EventStream, Evolve, decided } from './index.js';
import type { Decision, EventSourcingOptions } from './index.js';

@ReliableEvent()
@Message({ name: 'bank.deposited.v1' })
export class Deposited {
  constructor(readonly amount: number) {}
}

@ReliableEvent()
@Message({ name: 'bank.withdrawn.v1' })
export class Withdrawn {
  constructor(readonly amount: number) {}
}

/** A plain event. */
@Message({ name: 'bank.noted.v1' })
export class Noted {
  constructor(readonly text: string) {}
}

@EventStream({ name: 'bank.account' })
export class Account {
  balance = 0;
  notes: string[] = [];

  @Evolve(Deposited)
  deposited({ amount }: Deposited): void {
    this.balance += amount;
  }

  @Evolve(Withdrawn)
  withdrawn({ amount }: Withdrawn): void {
    this.balance -= amount;
  }

  @Evolve(Noted)
  noted({ text }: Noted): void {
    this.notes.push(text);
  }
}

@Message({ name: 'bank.deposit.v1' })
export class Deposit extends Command<{ readonly balance: number }> {
  constructor(
    readonly accountId: string,
    readonly amount: number,
    readonly note?: string,
  ) {
    super();
  }
}

@Message({ name: 'bank.withdraw.v1' })
export class Withdraw extends Command<{ readonly left: number }> {
  constructor(
    readonly accountId: string,
    readonly amount: number,
  ) {
    super();
  }
}

export class InsufficientFunds extends Error {
  override readonly name = 'InsufficientFunds';
}

@DecisionHandler(Deposit, { stream: Account, id: ({ accountId }) => accountId })
export class DepositHandler {
  decide({ amount, note }: Deposit, { balance }: Account): Decision<{ readonly balance: number }> {
    const noted = note === undefined ? [] : [new Noted(note)];
    return decided([new Deposited(amount), ...noted], { balance: balance + amount });
  }
}

@DecisionHandler(Withdraw, { stream: Account, id: ({ accountId }) => accountId })
export class WithdrawHandler {
  decisions = 0;

  decide({ amount }: Withdraw, { balance }: Account): Decision<{ readonly left: number }> {
    this.decisions++;
    if (balance < amount) throw new InsufficientFunds(`There is ${balance}.`);
    return decided([new Withdrawn(amount)], { left: balance - amount });
  }
}

/** What handlers of events got. */
export class Journal {
  readonly lines: string[] = [];
  private waiting: (() => void)[] = [];

  @EventHandler(Deposited, Withdrawn, Noted)
  on(event: Deposited | Withdrawn | Noted, { messageId }: MessageContext): void {
    this.lines.push(`${event.constructor.name} ${messageId}`);
    for (const told of this.waiting.splice(0)) told();
  }

  async until(count: number): Promise<readonly string[]> {
    while (this.lines.length < count) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.lines;
  }
}

export const SILENT: LoggerService = { log() {}, warn() {}, error() {} };

const running: TestingModule[] = [];

/** An application, which {@link stopAll} stops. */
export async function start(
  providers: Provider[],
  options: EventSourcingOptions | undefined = {},
  catga: CatgaModuleOptions = {},
  imports: (Type | DynamicModule)[] = [],
): Promise<TestingModule> {
  const module = await Test.createTestingModule({
    imports: [CatgaModule.forRoot(catga), CatgaEventSourcingModule.forRoot(options), ...imports],
    providers,
  })
    .setLogger(SILENT)
    .compile();
  running.push(module);
  await module.init();
  return module;
}

export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((module) => module.close()));
}

/** Resolves once the condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > endMs) throw new Error(`Not within 30 s: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
