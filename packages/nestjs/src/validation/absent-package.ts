/**
 * Whether loading an optional package failed because it is not installed, by `require` or by `import`. False for a
 * broken package, or one with a missing dependency.
 */
export function isAbsentPackage(name: string, thrown: unknown): boolean {
  const { code, message } = thrown as { readonly code?: unknown; readonly message?: unknown };
  const notFound = code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
  return notFound && new RegExp(`Cannot find (module|package) '${name}'`).test(String(message));
}
