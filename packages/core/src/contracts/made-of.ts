/**
 * An object of a class, made of fields without running the constructor. They become its own data properties: neither a
 * setter nor a getter of the class stands in their way, and none of its code meets what came from elsewhere.
 */
export function madeOf(prototype: object, fields: object): object {
  return { __proto__: prototype, ...fields };
}
