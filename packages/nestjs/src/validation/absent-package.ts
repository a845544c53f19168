const NOT_FOUND = ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND', 'ERR_UNKNOWN_BUILTIN_MODULE'];

/**
 * Whether loading an optional package failed because it is not installed, by `require` or by `import`, or because a single
 * executable application does not contain it. False for a broken package, or one with a missing dependency.
 */
export function isAbsentPackage(name: string, thrown: unknown): boolean {
  const { code, message } = thrown as { readonly code?: unknown; readonly message?: unknown };
  const said = new RegExp(`Cannot find (module|package) '${name}'|^No such built-in module: ${name}$`);
  return NOT_FOUND.includes(String(code)) && said.test(String(message));
}
