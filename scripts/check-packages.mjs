// Holds the packed tarballs to what npm and TypeScript expect of a package (publint, attw) and to what we expect of ours.
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packPackages, root, run, temporaryFolder } from './pack.mjs';

const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
let problems = 0;
const complain = (name, problem) => {
  problems += 1;
  console.error(`${name}: ${problem}`);
};

for (const { name, folder, tarball, files, size } of packPackages(temporaryFolder('packages'))) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

  const { messages } = await publint({
    pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer },
    strict: true,
  });
  for (const message of messages) complain(name, formatMessage(message, manifest, { color: false }));

  try {
    run(process.execPath, [attw, tarball, '--profile', 'strict', '--format', 'ascii', '--no-color'], root);
  } catch (error) {
    complain(name, error.message);
  }

  for (const file of files) {
    if (/\.(spec|fixture)\.|tsbuildinfo|(^|\/)test\//.test(file)) complain(name, `ships ${file}`);
  }
  for (const needed of ['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']) {
    if (!files.includes(needed)) complain(name, `does not ship ${needed}`);
  }
  for (const field of ['license', 'repository', 'engines', 'keywords', 'description']) {
    if (manifest[field] === undefined) complain(name, `package.json says nothing of ${field}`);
  }
  console.log(`${name} ${manifest.version}: ${files.length} files, ${(size / 1024).toFixed(1)} kB packed`);
}

process.exitCode = problems === 0 ? 0 : 1;
