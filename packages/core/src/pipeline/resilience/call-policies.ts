import type { MessageType } from '../../contracts/message-type.js';
import { isCallerPolicy, isPolicy } from '../../contracts/policy.js';
import type { CallerPolicy } from '../../contracts/policy.js';
import type { ModuleBehaviorOption } from '../../contracts/send-behavior.js';
import { compileCalls } from './call.js';
import type { NextCall } from './call.js';
import { makeCallerPolicy } from './make-policies.js';
import type { RetryServices } from './retry.js';

/** Policies around sending requests of one type. */
export interface PolicedCalls {
  readonly run: NextCall;
  /** Whether a request may be sent more than once, and so needs a fixed id. */
  readonly repeats: boolean;
}

/** Caller policies of this node, with their state, created per request type on first use. */
export class CallPolicies {
  private readonly ofModule: readonly CallerPolicy[];
  private readonly ofType = new Map<MessageType, PolicedCalls | undefined>();

  constructor(
    behaviors: readonly ModuleBehaviorOption[],
    private readonly services: RetryServices,
  ) {
    this.ofModule = behaviors.filter(isCallerPolicy);
  }

  /** Policies of a request type; undefined without any. */
  of(type: MessageType): PolicedCalls | undefined {
    const made = this.ofType.get(type);
    if (made !== undefined || this.ofType.has(type)) return made;
    const calls = this.make(type);
    this.ofType.set(type, calls);
    return calls;
  }

  private make(type: MessageType): PolicedCalls | undefined {
    if (type.kind === 'event') return undefined;
    const policies = [...notReplaced(this.ofModule, type), ...type.behaviors.filter(isCallerPolicy)];
    if (policies.length === 0) return undefined;
    return {
      run: compileCalls(policies.map((policy) => makeCallerPolicy(policy, this.services))),
      repeats: policies.some(({ policy, options }) => policy === 'retry' && options.maxAttempts > 1),
    };
  }
}

/** The module's policies, except those that the message overrides. */
export function notReplaced<T extends object>(
  ofModule: readonly T[],
  { behaviors }: MessageType,
): readonly T[] {
  const own = new Set(behaviors.filter(isPolicy).map(({ policy }) => policy));
  return own.size === 0 ? ofModule : ofModule.filter((one) => !isPolicy(one) || !own.has(one.policy));
}
