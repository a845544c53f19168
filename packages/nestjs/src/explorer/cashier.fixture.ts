import { Injectable, SetMetadata } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { start } from '../application.fixture.js';
import { CatgaMediator, Command } from '../index.js';
import type { CatgaRequest, IRequestHandler, MessageContext } from '../index.js';

export class Pay extends Command<string> {
  constructor(readonly amount: unknown) {
    super();
  }
}

export const Roles = (...roles: string[]): MethodDecorator & ClassDecorator => SetMetadata('roles', roles);

@Injectable()
export class Directory {
  readonly rolesOf: Record<string, string | undefined> = { ada: 'cashier' };
}

@Injectable()
export class RolesGuard implements CanActivate {
  static seen: ExecutionContext | undefined;

  constructor(
    private readonly reflector: Reflector,
    private readonly directory: Directory,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    RolesGuard.seen = context;
    const [, { headers }] = context.getArgs<[Pay, MessageContext]>();
    const wanted = this.reflector.getAllAndOverride<string[]>('roles', [
      context.getHandler(),
      context.getClass(),
    ]);
    return wanted.includes(this.directory.rolesOf[headers.user ?? ''] ?? '');
  }
}

type Handler = new (...args: never[]) => IRequestHandler<Pay>;

export async function send(
  handlers: Handler | object[],
  request: CatgaRequest<unknown>,
  user?: string,
): Promise<unknown> {
  const providers = [Directory, ...((Array.isArray(handlers) ? handlers : [handlers]) as Handler[])];
  const module = await start({ providers });
  try {
    return await module.get(CatgaMediator).send(request, user === undefined ? {} : { headers: { user } });
  } finally {
    await module.close();
  }
}

export class Unguarded implements IRequestHandler<Pay> {
  handle({ amount }: Pay): string {
    return `paid ${String(amount)}`;
  }
}
