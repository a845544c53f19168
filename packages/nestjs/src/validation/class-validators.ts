import { Logger } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import type { ValidationIssue } from '@catga/core';
import type { MessageType, MessageValidator } from '@catga/core/engine';
import { isAbsentPackage } from './absent-package.js';
import { classTransformers } from './class-transformers.js';

/**
 * Validators of message classes with class-validator decorators, if that package is installed. Before validation,
 * class-transformer decorators are applied, if that package is installed: nested objects of messages from
 * stores and other nodes become instances of their `@Type`.
 */
export async function classValidators(): Promise<(type: MessageType) => readonly MessageValidator[]> {
  const library = await loadClassValidator();
  const transformers = await classTransformers();
  if (library === undefined && transformers === undefined) return () => [];
  return (type) => {
    const transform = transformers?.(type);
    const rules =
      library?.getMetadataStorage().getTargetValidationMetadatas(type.target, '', false, false) ?? [];
    const isNested = rules.some((rule) => rule.type === 'nestedValidation');
    if (isNested && transform === undefined) warnOfNested(type.name, transformers !== undefined);
    if (rules.length === 0 && transform === undefined) return [];
    return [
      async (message) => {
        const fields = transform?.(message);
        const issues = rules.length === 0 ? [] : await issuesIn(library, instanceOf(type, fields) ?? message);
        return issues.length > 0 ? { valid: false, issues } : { valid: true, ...(fields && { fields }) };
      },
    ];
  };
}

/** Input of class-validator: an object of the class. */
function instanceOf({ target }: MessageType, fields: object | undefined): object | undefined {
  return fields && { __proto__: target.prototype as object, ...fields };
}

async function issuesIn(
  library: typeof import('class-validator') | undefined,
  message: object,
): Promise<readonly ValidationIssue[]> {
  const errors = (await library?.validate(message)) ?? [];
  return errors.flatMap((error) => issuesOf(error));
}

function warnOfNested(name: string, canTransform: boolean): void {
  new Logger('Catga').warn(
    `${name} has @ValidateNested, but ${canTransform ? 'no @Type' : 'class-transformer is not installed'}: nested objects of ` +
      'messages from other nodes and from stores are plain data and fail validation. ' +
      `${canTransform ? 'Add' : 'Install class-transformer and add'} @Type(() => TheClass) to the property.`,
  );
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
  // An object without rules is reported without a property: the issue concerns the object itself.
  const path = [parent, (property as string | undefined) ?? ''].filter(Boolean).join('.');
  const own = Object.values(constraints ?? {}).map((message) => ({ path, message }));
  return [...own, ...(children ?? []).flatMap((child) => issuesOf(child, path))];
}
