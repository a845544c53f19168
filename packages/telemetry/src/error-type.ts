import { CatgaError } from '@catga/core';

/** Value of `error.type`: the code of an error of Catga, else the name of the error. */
export function errorTypeOf(error: Error): string {
  return error instanceof CatgaError ? error.code : error.name;
}
