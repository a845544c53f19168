import { describe, expect, it } from '@jest/globals';
import {
  Catch,
  ForbiddenException,
  Injectable,
  ParseIntPipe,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  ValidationPipe,
} from '@nestjs/common';
import type {
  ArgumentMetadata,
  ArgumentsHost,
  CallHandler,
  ExceptionFilter,
  ExecutionContext,
  NestInterceptor,
  PipeTransform,
} from '@nestjs/common';
import { IsInt } from 'class-validator';
import { map } from 'rxjs';
import type { Observable } from 'rxjs';
import { Command, RequestHandler } from '../index.js';
import type { IRequestHandler, MessageContext } from '../index.js';
import { Pay, send } from './cashier.fixture.js';

@Injectable()
class Shout implements NestInterceptor<string, string> {
  intercept(_context: ExecutionContext, next: CallHandler<string>): Observable<string> {
    return next.handle().pipe(map((result) => `${result}!`));
  }
}

@Injectable()
class DoubleAmount implements PipeTransform<Pay, Pay> {
  static metadata: ArgumentMetadata[] = [];
  transform(message: Pay, metadata: ArgumentMetadata): Pay {
    DoubleAmount.metadata.push(metadata);
    return new Pay(Number(message.amount) * 2);
  }
}

@Catch(RangeError)
class AnswerInstead implements ExceptionFilter<RangeError> {
  catch(error: RangeError, host: ArgumentsHost): string {
    return `${host.getType()}: ${error.message}`;
  }
}

describe('an interceptor', () => {
  it('works on the result, as a stream', async () => {
    @RequestHandler(Pay)
    @UseInterceptors(Shout)
    class Loud implements IRequestHandler<Pay> {
      handle({ amount }: Pay): string {
        return `paid ${String(amount)}`;
      }
    }
    await expect(send(Loud, new Pay(5))).resolves.toBe('paid 5!');
  });

  it('goes around the pipes and the handler, inside the guards, the first one outermost', async () => {
    const order: string[] = [];
    const step = (name: string): NestInterceptor => ({
      intercept(_context, next) {
        order.push(name);
        return next.handle();
      },
    });
    @RequestHandler(Pay)
    @UseInterceptors(step('class'))
    class Steps implements IRequestHandler<Pay> {
      @UseInterceptors(step('method 1'), step('method 2'))
      @UsePipes({ transform: (value: unknown) => (order.push('pipe'), value) })
      @UseGuards({ canActivate: () => order.push('guard') > 0 })
      handle(): string {
        order.push('handler');
        return '';
      }
    }
    await send(Steps, new Pay(5));
    expect(order).toEqual(['guard', 'class', 'method 1', 'method 2', 'pipe', 'handler']);
  });
});

describe('a pipe', () => {
  it('transforms the message, and leaves the context alone', async () => {
    DoubleAmount.metadata = [];
    @RequestHandler(Pay)
    @UsePipes(DoubleAmount)
    class Doubled implements IRequestHandler<Pay> {
      handle({ amount }: Pay, context: MessageContext): string {
        return `paid ${String(amount)} by ${context.headers.user ?? ''}`;
      }
    }
    await expect(send(Doubled, new Pay(5), 'ada')).resolves.toBe('paid 10 by ada');
    expect(DoubleAmount.metadata).toMatchObject([{ type: 'body', metatype: Pay }]);
  });

  it('may be ValidationPipe, on a class as on a method', async () => {
    class Charge extends Command<string> {
      @IsInt() readonly cents: number;
      constructor(
        cents: number,
        readonly surprise?: string,
      ) {
        super();
        this.cents = cents;
      }
    }
    @RequestHandler(Charge)
    @UsePipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true }))
    class ChargeHandler implements IRequestHandler<Charge> {
      handle({ cents }: Charge): string {
        return `charged ${cents}`;
      }
    }
    @Injectable()
    class Till {
      @RequestHandler(Charge)
      @UsePipes(new ValidationPipe({ whitelist: true }))
      charge(charge: Charge, _context: MessageContext): string {
        return JSON.stringify(charge);
      }
    }
    await expect(send([Till], new Charge(5, 'boo'))).resolves.toBe('{"cents":5}');
    await expect(send([ChargeHandler], new Charge(5, 'boo'))).rejects.toMatchObject({
      status: 400,
      response: { message: ['property surprise should not exist'] },
    });
  });

  it('may be one of those that parse', async () => {
    @RequestHandler(Pay)
    @UsePipes(ParseIntPipe)
    class Parsing implements IRequestHandler<Pay> {
      handle(): string {
        return '';
      }
    }
    await expect(send(Parsing, new Pay('x'))).rejects.toMatchObject({ status: 400 });
  });
});

describe('a filter', () => {
  it('may answer instead of failing', async () => {
    @RequestHandler(Pay)
    @UseFilters(AnswerInstead)
    class Failing implements IRequestHandler<Pay> {
      handle({ amount }: Pay): string {
        throw amount === 0 ? new TypeError('nothing') : new RangeError('too much');
      }
    }
    await expect(send(Failing, new Pay(5))).resolves.toBe('catga: too much');
    await expect(send(Failing, new Pay(0))).rejects.toThrow(new TypeError('nothing'));
  });

  it('catches what guards refuse with, on a method too', async () => {
    @Catch(ForbiddenException)
    class Apology implements ExceptionFilter {
      catch(): string {
        return 'sorry';
      }
    }
    @Injectable()
    class Till {
      @RequestHandler(Pay)
      @UseFilters(Apology)
      @UseGuards({ canActivate: () => false })
      pay(_message: Pay): string {
        return 'paid';
      }
    }
    await expect(send([Till], new Pay(5))).resolves.toBe('sorry');
  });
});
