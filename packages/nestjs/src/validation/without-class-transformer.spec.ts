import { describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { IsString, ValidateNested } from 'class-validator';
import { LogBook, start } from '../application.fixture.js';
import { CatgaMediator, Command, RequestHandler } from '../index.js';

// What Node says of a package that is not installed.
jest.doMock('class-transformer', () => {
  const absent = new Error("Cannot find package 'class-transformer' imported from /app/index.js");
  throw Object.assign(absent, { code: 'ERR_MODULE_NOT_FOUND' });
});

class Customer {
  @IsString() readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

class Invite extends Command<string> {
  @ValidateNested() readonly customer: Customer;
  constructor(customer: Customer) {
    super();
    this.customer = customer;
  }
}

class Greet extends Command<string> {
  @IsString() readonly name: string;
  constructor(name: string) {
    super();
    this.name = name;
  }
}

@Injectable()
class Reception {
  @RequestHandler(Invite)
  invite({ customer }: Invite): string {
    return `${customer.name} is invited`;
  }

  @RequestHandler(Greet)
  greet({ name }: Greet): string {
    return `hello ${name}`;
  }
}

describe('without class-transformer', () => {
  it('a message with @ValidateNested gets a warning at the start, and no other does', async () => {
    const logger = new LogBook();
    const module = await start({ providers: [Reception], logger });
    expect(logger.at('warn').filter((line) => line.includes('class-transformer'))).toEqual([
      'Invite has @ValidateNested, but class-transformer is not installed: nested objects of messages from other nodes and ' +
        'from stores are plain data and fail validation. Install class-transformer and add @Type(() => TheClass) to the property.',
    ]);
    await module.close();
  });

  it('messages are validated by class-validator all the same', async () => {
    const module = await start({ providers: [Reception] });
    const mediator = module.get(CatgaMediator);
    await expect(mediator.send(new Invite(new Customer('Ada')))).resolves.toBe('Ada is invited');
    await expect(mediator.send(new Invite(new Customer(5 as unknown as string)))).rejects.toMatchObject({
      code: 'CATGA_VALIDATION_FAILED',
      details: { issues: [{ path: 'customer.name' }] },
    });
    await expect(mediator.send(new Greet('Ada'))).resolves.toBe('hello Ada');
    await module.close();
  });
});
