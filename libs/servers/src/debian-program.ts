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
import { basename, dirname, join } from 'node:path';

/** Program from another Debian release than the machine's. */
export interface DebianProgram {
  /** Name of the release, for example `trixie`. */
  readonly suite: string;
  /** Package with the program. */
  readonly packageName: string;
  /** Path of the program inside the package, without a leading slash. */
  readonly path: string;
  /** Packages that are downloaded with it. */
  readonly others?: readonly string[];
  /** Paths of programs that other programs start, `path` being one of them. Each is replaced by a script that starts it. */
  readonly programs?: readonly string[];
  /** Whether another user starts the program: the cache folder of root is private. */
  readonly isPublic?: boolean;
}

/** Dynamic loaders, at their paths in Debian's package: in `lib` until bookworm, in `usr/lib` since. */
const LOADERS = ['x86_64-linux-gnu/ld-linux-x86-64.so.2', 'aarch64-linux-gnu/ld-linux-aarch64.so.1'].flatMap(
  (path) => [`usr/lib/${path}`, `lib/${path}`],
);

/** Cache folder of the user for servers and their data; a public one can be read by other users. */
export function cacheFolder(isPublic = false): string {
  const isRoot = process.getuid?.() === 0;
  const own = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(isPublic && isRoot ? '/var/cache' : own, 'catga-test-servers');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Path of a program, unpacked with its libraries into a cache folder of the user; the machine's own packages do not
 * change. Undefined if there is no apt, or if its mirror does not have that release.
 */
export function debianProgram(program: DebianProgram): string | undefined {
  const { path, programs } = program;
  const home = homeOf(program);
  const start = join(home, 'start');
  const found = programs === undefined ? start : join(home, 'root', path);
  if (existsSync(start)) return found;
  if (process.platform !== 'linux') return undefined;
  // Unpacked next to its final path and then moved, so that the result is complete even if another process does the
  // same.
  const folder = mkdtempSync(join(dirname(home), 'new-'));
  try {
    if (!unpack(program, folder)) return undefined;
    for (const wrapped of programs ?? []) {
      renameSync(join(folder, 'root', wrapped), join(folder, 'root', realName(wrapped)));
      writeStart(realName(wrapped), join(folder, 'root', wrapped), folder, home);
    }
    writeStart(programs === undefined ? path : realName(path), join(folder, 'start'), folder, home);
    chmodSync(folder, 0o755);
    if (!existsSync(start)) renameSync(folder, home);
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether the packages are in the cache. */
export function isUnpacked(packages: Omit<DebianProgram, 'path'>): boolean {
  return existsSync(join(homeOf(packages), 'start'));
}

function homeOf({ packageName, suite, isPublic }: Omit<DebianProgram, 'path'>): string {
  return join(cacheFolder(isPublic), `${packageName}-${suite}`);
}

function unpack({ suite, packageName, others = [], path }: DebianProgram, folder: string): boolean {
  const apt = new Apt(folder, suite);
  if (!apt.update()) return false;
  const archives = join(folder, 'archives');
  mkdirSync(archives);
  apt.download(apt.closureOf([packageName, ...others]), archives);
  const root = join(folder, 'root');
  mkdirSync(root);
  for (const archive of readdirSync(archives)) run('dpkg', ['-x', join(archives, archive), root], folder);
  rmSync(archives, { recursive: true });
  apt.forget();
  return existsSync(join(root, path));
}

/** Name of a program whose place its start script has taken. */
function realName(path: string): string {
  return join(dirname(path), `real-${basename(path)}`);
}

/** Writes a start script that uses the loader of the package: the machine's own may be too old for the libraries. */
function writeStart(path: string, file: string, folder: string, home: string): void {
  const loader = LOADERS.find((candidate) => existsSync(join(folder, 'root', candidate)));
  const libraries = ['usr/lib', 'lib'].flatMap((place) => librariesIn(join(folder, 'root'), place));
  const program = `'${join(home, 'root', path)}'`;
  const libraryPath = libraries.map((library) => join(home, 'root', library)).join(':');
  const command =
    loader === undefined
      ? program
      : `'${join(home, 'root', loader)}' --library-path '${libraryPath}' ${program}`;
  writeFileSync(file, `#!/bin/sh\nexec ${command} "$@"\n`);
  chmodSync(file, 0o755);
}

function librariesIn(root: string, place: string): readonly string[] {
  if (!existsSync(join(root, place))) return [];
  return readdirSync(join(root, place), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.endsWith('-linux-gnu'))
    .map(({ name }) => join(place, name));
}

/** Packages that a server needs; PostgreSQL starts without its compiler of queries (LLVM, 100 MB). */
const NEEDED = /^(lib(?!llvm|perl)|zlib1g|redis-|valkey-)/;

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

  /** Packages and the libraries they need. */
  closureOf(wanted: readonly string[]): readonly string[] {
    const kinds = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
      (kind) => `--no-${kind}`,
    );
    const told = this.run('apt-cache', ['depends', '--recurse', ...kinds, ...wanted]) ?? '';
    const names = told.split('\n').filter((line) => /^[a-z0-9][a-z0-9.+-]*$/.test(line));
    return [...new Set([...wanted, ...names.filter((found) => NEEDED.test(found))])];
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
