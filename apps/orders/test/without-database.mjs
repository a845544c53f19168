// Given by `--import`: lets no database be loaded.
import { register } from 'node:module';

const hook = `export const resolve = (specifier, context, next) => {
  if (/^pg$|pglite|@catga\\/sql/.test(specifier)) throw new Error('A database is loaded: ' + specifier);
  return next(specifier, context);
};`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
