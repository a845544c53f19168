import { CatgaError } from '@catga/core';
import type { SqlParameter } from './sql-executor.js';
import type { SqlValue } from './sql-adapter.js';

/**
 * Converts a parameter to a value that every library passes on unchanged. Libraries treat arrays differently (Drizzle
 * and Knex expand them to lists), format dates in the local time zone, and reject bigints.
 */
export function toSqlValue(parameter: SqlParameter): SqlValue {
  if (parameter === null || Buffer.isBuffer(parameter)) return parameter;
  if (parameter instanceof Uint8Array)
    return Buffer.from(parameter.buffer, parameter.byteOffset, parameter.byteLength);
  if (parameter instanceof Date) return parameter.toISOString();
  if (Array.isArray(parameter)) return arrayLiteral(parameter);
  if (typeof parameter === 'bigint') return parameter.toString();
  if (typeof parameter === 'boolean' || typeof parameter === 'number' || typeof parameter === 'string')
    return parameter;
  throw new CatgaError('CATGA_CONFIGURATION', `A statement has a parameter of type ${typeof parameter}.`);
}

/** Text form of an array: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function arrayLiteral(items: readonly SqlParameter[]): string {
  return `{${items.map(itemLiteral).join(',')}}`;
}

function itemLiteral(item: SqlParameter): string {
  if (item === null) return 'NULL';
  if (Array.isArray(item)) return arrayLiteral(item);
  const value = toSqlValue(item);
  if (Buffer.isBuffer(value)) return `"\\\\x${value.toString('hex')}"`;
  return typeof value === 'string' ? `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"` : String(value);
}
