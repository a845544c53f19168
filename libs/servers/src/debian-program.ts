import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Program from another Debian release than the machine's. */
export interface DebianProgram {
  /** Name of the release, for example `trixie`. */
  readonly suite: string;
  /** Package with the program. */
  readonly packageName: string;
  /** Path of the program inside the package, without a leading slash. */
  readonly path: string;
}

/** Dynamic loaders, at their paths in Debian's package. */
const LOADERS = ['usr/lib64/ld-linux-x86-64.so.2', 'usr/lib/ld-linux-aarch64.so.1'];

/**
 * Path of a program, unpacked with its libraries into a cache folder of the user; the machine's own packages do not
 * change. Undefined if there is no apt, or if its mirror does not have that release.
 */
export function debianProgram(program: DebianProgram): string | undefined {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'catga-test-servers');
  const home = join(cache, `${program.packageName}-${program.suite}`);
  const start = join(home, 'start');
  if (existsSync(start)) return start;
  if (process.platform !== 'linux') return undefined;
  mkdirSync(cache, { recursive: true });
  // Unpacked next to its final path and then moved, so that the result is complete even if another process does the
  // same.
  const folder = mkdtempSync(join(cache, 'new-'));
  try {
    if (!unpack(program, folder)) return undefined;
    writeStart(program, join(folder, 'start'), home);
    if (!existsSync(start)) renameSync(folder, home);
    return start;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function unpack({ suite, packageName, path }: DebianProgram, folder: string): boolean {
  const apt = new Apt(folder, suite);
  if (!apt.update()) return false;
  const archives = join(folder, 'archives');
  mkdirSync(archives);
  apt.download(apt.closureOf(packageName), archives);
  const root = join(folder, 'root');
  mkdirSync(root);
  for (const archive of readdirSync(archives)) run('dpkg', ['-x', join(archives, archive), root], folder);
  rmSync(archives, { recursive: true });
  apt.forget();
  return existsSync(join(root, path));
}

/** Writes a start script that uses the loader of the package: the machine's own may be too old for the libraries. */
function writeStart({ path }: DebianProgram, file: string, home: string): void {
  const folder = dirname(file);
  const loader = LOADERS.find((candidate) => existsSync(join(folder, 'root', candidate)));
  const libraries = readdirSync(join(folder, 'root/usr/lib'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.endsWith('-linux-gnu'))
    .map(({ name }) => join(home, 'root/usr/lib', name));
  const program = `'${join(home, 'root', path)}'`;
  const command =
    loader === undefined
      ? program
      : `'${join(home, 'root', loader)}' --library-path '${libraries.join(':')}' ${program}`;
  writeFileSync(file, `#!/bin/sh\nexec ${command} "$@"\n`);
  chmodSync(file, 0o755);
}

/** Debian's package tools for one release of the machine's own mirror, with separate package lists. */
class Apt {
  private readonly state: string;

  constructor(
    folder: string,
    private readonly suite: string,
  ) {
    this.state = join(folder, 'apt');
  }

  /** Fetches the package lists of the release; false on failure. */
  update(): boolean {
    const mirror = this.mirror();
    if (mirror === undefined) return false;
    const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
    writeFileSync(join(this.state, 'sources'), `deb [signed-by=${keyring}] ${mirror} ${this.suite} main\n`);
    return this.run('apt-get', ['update']) !== undefined;
  }

  /** URL of the machine's own package mirror. Found by fetching its lists, again into a separate folder. */
  private mirror(): string | undefined {
    const lists = join(this.state, 'machine');
    for (const folder of [lists, join(this.state, 'lists'), join(this.state, 'cache/archives')])
      mkdirSync(join(folder, 'partial'), { recursive: true });
    const own = ['-o', `Dir::State::lists=${lists}`, '-o', 'APT::Sandbox::User=root'];
    run('apt-get', [...own, 'update'], this.state);
    const format = ['--format', '$(REPO_URI) $(RELEASE)', 'Created-By: Packages'];
    const targets = run('apt-get', [...own, 'indextargets', ...format], this.state) ?? '';
    // A release name is one word; its additions (`-security`, `-updates`) are in other repositories.
    return /^(\S+) \w+$/m.exec(targets)?.[1];
  }

  /** A package and the libraries it needs. */
  closureOf(name: string): readonly string[] {
    const kinds = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
      (kind) => `--no-${kind}`,
    );
    const told = this.run('apt-cache', ['depends', '--recurse', ...kinds, name]) ?? '';
    const names = told.split('\n').filter((line) => /^[a-z0-9][a-z0-9.+-]*$/.test(line));
    return [...new Set([name, ...names.filter((found) => /^(lib|redis-|valkey-)/.test(found))])];
  }

  /** Downloads packages to `folder`; a missing one shows when it is used. */
  download(names: readonly string[], folder: string): void {
    this.run('apt-get', ['download', ...names], folder);
  }

  forget(): void {
    rmSync(this.state, { recursive: true });
  }

  private run(command: string, args: readonly string[], cwd = this.state): string | undefined {
    const settings = [
      `Dir::Etc::sourcelist=${join(this.state, 'sources')}`,
      'Dir::Etc::sourceparts=-',
      `Dir::State::lists=${join(this.state, 'lists')}`,
      `Dir::Cache=${join(this.state, 'cache')}`,
      'Dir::State::status=/dev/null', // Ignores what is installed on the machine.
      'APT::Sandbox::User=root',
    ].flatMap((setting) => ['-o', setting]);
    return run(command, [...settings, ...args], cwd);
  }
}

/** Output of a program; undefined if it failed or does not exist. */
function run(command: string, args: readonly string[], cwd: string): string | undefined {
  const { status, stdout } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout : undefined;
}
