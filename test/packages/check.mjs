// Holds the packed tarballs to what npm and TypeScript expect of a package (publint, attw) and to what we expect of ours.
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packPackages, temporaryFolder } from '../../scripts/pack.mjs';

let problems = 0;
const complain = (name, problem) => {
  problems += 1;
  console.error(`${name}: ${problem}`);
};

for (const { name, folder, tarball, files, size } of packPackages(temporaryFolder('packages'))) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

  const content = new Uint8Array(readFileSync(tarball));
  const { messages } = await publint({ pack: { tarball: content.buffer }, strict: true });
  for (const message of messages) complain(name, formatMessage(message, manifest, { color: false }));

  const { types, problems: ofTypes } = await checkPackage(createPackageFromTarballData(content));
  if (types === false) complain(name, 'ships no types');
  for (const problem of ofTypes ?? []) complain(name, JSON.stringify(problem));

  for (const file of files) {
    if (/\.(spec|fixture)\.|tsbuildinfo|(^|\/)test\//.test(file)) complain(name, `ships ${file}`);
  }
  for (const needed of ['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']) {
    if (!files.includes(needed)) complain(name, `does not ship ${needed}`);
  }
  if (name === '@catga/dashboard')
    for (const needed of ['assets/app.js', 'assets/app.css', 'assets/icon.svg'])
      if (!files.includes(needed)) complain(name, `does not ship ${needed}`);
  for (const field of ['license', 'repository', 'engines', 'keywords', 'description']) {
    if (manifest[field] === undefined) complain(name, `package.json says nothing of ${field}`);
  }
  console.log(`${name} ${manifest.version}: ${files.length} files, ${(size / 1024).toFixed(1)} kB packed`);
}

process.exitCode = problems === 0 ? 0 : 1;
