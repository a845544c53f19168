import { fileURLToPath } from 'node:url';

/** The path of `<folder>/main.js` of a built application; of its bundle if `CATGA_BUNDLED` is set. */
export function builtProgram(dist: URL, folder: string): string {
  const kind = process.env.CATGA_BUNDLED === undefined ? '' : 'bundled/';
  return fileURLToPath(new URL(`${kind}${folder}/main.js`, dist));
}
