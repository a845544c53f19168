/**
 * Creates an object of a class from fields, without running the constructor. The fields become own data properties, so
 * that no setter, getter or other code of the class runs on foreign data.
 */
export function madeOf(prototype: object, fields: object): object {
  return { __proto__: prototype, ...fields };
}
