import { Injectable, Scope } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CatgaError } from '@catga/core';
import type { AnyBehavior, AnyBehaviorRef } from '@catga/core';
import { toError } from '@catga/core/engine';

/** Nest's metadata key of `@Injectable` options; part of its public metadata. */
const SCOPE_OPTIONS_METADATA = 'scope:options';

/** Resolves behavior classes: to the application's provider if there is one, else to a new instance with its dependencies. */
@Injectable()
export class BehaviorResolver {
  private readonly made = new Map<AnyBehaviorRef, Promise<AnyBehavior>>();

  constructor(private readonly moduleRef: ModuleRef) {}

  /** `CATGA_CONFIGURATION` for request-scoped behaviors: a behavior is shared by all messages. */
  resolve(ref: AnyBehaviorRef): AnyBehavior | Promise<AnyBehavior> {
    if (typeof ref !== 'function') return ref;
    const before = this.made.get(ref);
    if (before !== undefined) return before;
    const made = this.make(ref);
    this.made.set(ref, made);
    return made;
  }

  private async make(ref: Exclude<AnyBehaviorRef, AnyBehavior>): Promise<AnyBehavior> {
    let provided: AnyBehavior | undefined;
    try {
      provided = this.moduleRef.get<AnyBehavior>(ref, { strict: false });
    } catch (thrown) {
      // It is not a provider, or a dependency is request-scoped.
      if (toError(thrown).constructor.name.includes('Scope')) throw scopeError(ref);
    }
    if (provided !== undefined) return provided;
    if (isScoped(ref)) throw scopeError(ref);
    // The container supplies the arguments, which `never[]` left open.
    return this.moduleRef.create(ref as Type<AnyBehavior>);
  }
}

/** Whether its own `@Injectable` declares the scope. */
function isScoped(ref: object): boolean {
  const options: unknown = Reflect.getMetadata(SCOPE_OPTIONS_METADATA, ref);
  const { scope = Scope.DEFAULT } = (options ?? {}) as { readonly scope?: Scope };
  return scope !== Scope.DEFAULT;
}

function scopeError({ name }: { readonly name: string }): CatgaError {
  return new CatgaError(
    'CATGA_CONFIGURATION',
    `The behavior ${name} must not be request-scoped or transient, nor depend on such a provider: one instance is shared by all messages.`,
  );
}
