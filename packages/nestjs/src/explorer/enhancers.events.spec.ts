import { describe, expect, it } from '@jest/globals';
import { Catch, Injectable, UseFilters, UseGuards, UseInterceptors, UsePipes } from '@nestjs/common';
import type {
  CallHandler,
  CanActivate,
  ExceptionFilter,
  ExecutionContext,
  NestInterceptor,
} from '@nestjs/common';
import { catchError, of } from 'rxjs';
import type { Observable } from 'rxjs';
import { start, stillClock } from '../application.fixture.js';
import { CatgaDeadLetters, CatgaErrorSink, CatgaMediator, EventHandler, ReliableEvent } from '../index.js';
import type { FailureReport, IEventHandler } from '../index.js';

class Seen {}

@ReliableEvent()
class Paid {}

@Injectable()
class Journal {
  readonly lines: string[] = [];
}

@Injectable()
class Denies implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.getType<string>() !== 'catga';
  }
}

/** Publishes both events, and returns what failed. */
async function publish(handlers: (new (...args: never[]) => object)[]): Promise<{
  readonly lines: readonly string[];
  readonly failures: readonly FailureReport[];
  readonly deadLetters: number;
}> {
  const { clock } = stillClock();
  const module = await start({
    providers: [Journal, ...handlers],
    services: { clock },
    options: { retry: { maxAttempts: 2, jitter: false } },
  });
  const failures: FailureReport[] = [];
  module.get(CatgaErrorSink).subscribe((report) => failures.push(report));
  await module.get(CatgaMediator).publish(new Seen());
  await module.get(CatgaMediator).publish(new Paid());
  await clock.advance(1000);
  const { items } = await module.get(CatgaDeadLetters).list();
  await module.close();
  return { lines: module.get(Journal).lines, failures, deadLetters: items.length };
}

describe('a guard that denies an event', () => {
  @EventHandler(Seen, Paid)
  @UseGuards(Denies)
  class Guarded implements IEventHandler<Seen | Paid> {
    constructor(private readonly journal: Journal) {}
    handle(event: Seen | Paid): void {
      this.journal.lines.push(event.constructor.name);
    }
  }

  it('keeps it from the handler: a plain event is dropped, a reliable one becomes a dead letter', async () => {
    const { lines, failures, deadLetters } = await publish([Guarded]);
    expect(lines).toEqual([]);
    expect(failures.map(({ disposition }) => disposition)).toEqual(['dropped', 'retried', 'dead-lettered']);
    expect(failures[0]?.error).toMatchObject({ status: 403 });
    expect(deadLetters).toBe(1);
  });
});

describe('enhancers of event handlers', () => {
  it('may be pipes, interceptors and filters, on methods', async () => {
    const swallow: NestInterceptor = {
      intercept: (_context: ExecutionContext, next: CallHandler): Observable<unknown> =>
        next.handle().pipe(catchError(() => of(undefined))),
    };
    @Catch()
    @Injectable()
    class Note implements ExceptionFilter {
      constructor(private readonly journal: Journal) {}
      catch(error: Error): boolean {
        this.journal.lines.push(`noted: ${error.message}`);
        return true;
      }
    }
    @Injectable()
    class Handlers {
      constructor(private readonly journal: Journal) {}
      @EventHandler(Seen)
      @UsePipes({ transform: (event: Seen) => Object.assign(event, { piped: true }) })
      piped(event: Seen): void {
        this.journal.lines.push(`piped: ${'piped' in event}`);
      }
      @EventHandler(Paid)
      @UseInterceptors(swallow)
      swallowed(_event: Paid): void {
        throw new Error('nobody hears of it');
      }
      @EventHandler(Paid)
      @UseFilters(Note)
      noted(_event: Paid): void {
        throw new Error('no ink');
      }
    }
    const { lines, failures } = await publish([Handlers]);
    expect(lines.toSorted()).toEqual(['noted: no ink', 'piped: true']);
    expect(failures).toEqual([]);
  });
});

describe('a filter that returns nothing', () => {
  it('has not handled the failure, as everywhere outside HTTP in Nest: it goes on', async () => {
    @Catch()
    class Look implements ExceptionFilter {
      catch(): void {}
    }
    @EventHandler(Seen)
    @UseFilters(Look)
    class Failing implements IEventHandler<Seen> {
      handle(): void {
        throw new Error('no ink');
      }
    }
    const { failures } = await publish([Failing]);
    expect(failures).toMatchObject([{ source: 'Failing', error: { message: 'no ink' } }]);
  });
});
