// Packs every published package the way npm would publish it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a program quietly; what it said is shown only when it fails. */
export function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')}\n${error?.message ?? stdout + stderr}`);
}

/** A temporary folder outside the workspace, gone when the process ends. */
export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `catga-${name}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Builds and packs; a compiled file whose source was removed since is deleted first, and so never ships. */
export function packPackages(destination) {
  const folders = readdirSync(join(root, 'packages')).map((name) => join('packages', name));
  run('npx', ['tsc', '-b', ...folders], root);
  run('node', ['scripts/build-page.mjs'], root);
  for (const folder of folders) deleteOrphans(join(root, folder));
  const workspaces = folders.flatMap((folder) => ['--workspace', folder]);
  const packed = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', destination, ...workspaces], root),
  );
  return packed.map(({ name, filename, files, size }) => ({
    name,
    folder: join(root, 'packages', name.replace('@catga/', '')),
    tarball: join(destination, filename),
    files: files.map(({ path }) => path),
    size,
  }));
}

function deleteOrphans(folder) {
  const dist = join(folder, 'dist');
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === '.tsbuildinfo') continue;
    const file = join(entry.parentPath, entry.name);
    const source = relative(dist, file).replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
    if (!existsSync(join(folder, 'src', source))) rmSync(file);
  }
}
