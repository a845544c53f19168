import { fileURLToPath } from 'node:url';

/** Path of `<folder>/main.js` of a built application, or of its bundle if `CATGA_BUNDLED` is set. */
export function builtProgram(dist: URL, folder: string): string {
  const kind = process.env.CATGA_BUNDLED === undefined ? '' : 'bundled/';
  return fileURLToPath(new URL(`${kind}${folder}/main.js`, dist));
}
