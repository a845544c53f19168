import { posix } from 'node:path';
import { normalizeToKebabOrSnakeCase } from '@nestjs/schematics';

/** Names of generated files and classes: `orders/PlaceOrder` is `PlaceOrder`, in `orders/place-order.ts`. */
export interface Names {
  /** Folder below the source root; empty for the root itself. */
  readonly folder: string;
  /** Kebab case. */
  readonly file: string;
  /** Pascal case. */
  readonly type: string;
  /** The name on the wire: `orders.place-order.v1`. */
  readonly wire: string;
}

/** `suffix` is dropped from names that end in it: `place-order-handler` and `place-order` are the same. */
export function namesOf(name: string, path = '', suffix = ''): Names {
  const normalized = normalizeToKebabOrSnakeCase(posix.join(path, name)).replaceAll('_', '-');
  const folder = posix.dirname(normalized);
  const file = posix.basename(normalized).replace(new RegExp(`[-.]${suffix}$`), '');
  if (!/^[a-z][a-z0-9-]*$/.test(file))
    throw new Error(`${name} is not a valid class name: write it like place-order or orders/place-order.`);
  const type = file.replaceAll(/(?:^|-)([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
  const area = folder === '.' ? 'app' : posix.basename(folder);
  return { folder: folder === '.' ? '' : folder, file, type, wire: `${area}.${file}.v1` };
}
