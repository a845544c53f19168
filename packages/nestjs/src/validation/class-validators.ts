import type { ValidationError } from 'class-validator';
import type { ValidationIssue } from '@catga/core';
import type { MessageType, MessageValidator } from '@catga/core/engine';
import { isAbsentPackage } from './absent-package.js';

/** Gives messages whose class carries class-validator's decorators a validator, where that package is installed. */
export async function classValidators(): Promise<(type: MessageType) => readonly MessageValidator[]> {
  const library = await loadClassValidator();
  if (library === undefined) return () => [];
  const { getMetadataStorage, validate } = library;
  const validator: MessageValidator = async (message) => {
    const errors = await validate(message);
    return errors.length === 0
      ? { valid: true }
      : { valid: false, issues: errors.flatMap((error) => issuesOf(error)) };
  };
  return ({ target }) => {
    const rules = getMetadataStorage().getTargetValidationMetadatas(target, '', false, false);
    return rules.length > 0 ? [validator] : [];
  };
}

async function loadClassValidator(): Promise<typeof import('class-validator') | undefined> {
  try {
    return await import('class-validator');
  } catch (thrown) {
    if (isAbsentPackage('class-validator', thrown)) return undefined;
    throw thrown;
  }
}

function issuesOf({ property, constraints, children }: ValidationError, parent = ''): ValidationIssue[] {
  // An object without rules is reported under no property: the issue is about the object itself.
  const path = [parent, (property as string | undefined) ?? ''].filter(Boolean).join('.');
  const own = Object.values(constraints ?? {}).map((message) => ({ path, message }));
  return [...own, ...(children ?? []).flatMap((child) => issuesOf(child, path))];
}
