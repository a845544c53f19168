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

/** A program of a Debian release other than the machine's own. */
export interface DebianProgram {
  /** Release by its name, `trixie` for example. */
  readonly suite: string;
  /** Package that holds the program. */
  readonly packageName: string;
  /** Path of the program inside the package, without a leading slash. */
  readonly path: string;
}

/** The loader of programs that are linked to libraries, as Debian's package of it places it. */
const LOADERS = ['usr/lib64/ld-linux-x86-64.so.2', 'usr/lib/ld-linux-aarch64.so.1'];

/**
 * Path of a program that is unpacked, with the libraries it is linked to, into a cache folder of the user; nothing of the
 * machine's own packages changes. Undefined where there is no apt, or its mirror does not have that release.
 */
export function debianProgram(program: DebianProgram): string | undefined {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'catga-test-servers');
  const home = join(cache, `${program.packageName}-${program.suite}`);
  const start = join(home, 'start');
  if (existsSync(start)) return start;
  if (process.platform !== 'linux') return undefined;
  mkdirSync(cache, { recursive: true });
  // Unpacked beside its place and then moved: what stands there is whole, whoever else unpacks it at the same time.
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

/** The program is started by the loader that came with it: the machine's own may be too old for its libraries. */
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

/** Debian's package tools over one release of the machine's own mirror, with lists of their own. */
class Apt {
  private readonly state: string;

  constructor(
    folder: string,
    private readonly suite: string,
  ) {
    this.state = join(folder, 'apt');
  }

  /** Fetches the lists of the release; false where that cannot be done. */
  update(): boolean {
    const mirror = this.mirror();
    if (mirror === undefined) return false;
    const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
    writeFileSync(join(this.state, 'sources'), `deb [signed-by=${keyring}] ${mirror} ${this.suite} main\n`);
    return this.run('apt-get', ['update']) !== undefined;
  }

  /** Where the machine has its own packages from. Known once their lists are fetched, here too into a folder of our own. */
  private mirror(): string | undefined {
    const lists = join(this.state, 'machine');
    for (const folder of [lists, join(this.state, 'lists'), join(this.state, 'cache/archives')])
      mkdirSync(join(folder, 'partial'), { recursive: true });
    const own = ['-o', `Dir::State::lists=${lists}`, '-o', 'APT::Sandbox::User=root'];
    run('apt-get', [...own, 'update'], this.state);
    const format = ['--format', '$(REPO_URI) $(RELEASE)', 'Created-By: Packages'];
    const targets = run('apt-get', [...own, 'indextargets', ...format], this.state) ?? '';
    // A release's name is one word; what is added to it (`-security`, `-updates`) lies elsewhere.
    return /^(\S+) \w+$/m.exec(targets)?.[1];
  }

  /** A package and, where it is linked to libraries, all that it needs of them. */
  closureOf(name: string): readonly string[] {
    const kinds = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
      (kind) => `--no-${kind}`,
    );
    const told = this.run('apt-cache', ['depends', '--recurse', ...kinds, name]) ?? '';
    const names = told.split('\n').filter((line) => /^[a-z0-9][a-z0-9.+-]*$/.test(line));
    return [...new Set([name, ...names.filter((found) => /^(lib|redis-|valkey-)/.test(found))])];
  }

  /** Fetches the packages' files into `folder`; what is not there by then is missed by whoever needs it. */
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
      'Dir::State::status=/dev/null', // What the machine has installed changes nothing.
      'APT::Sandbox::User=root',
    ].flatMap((setting) => ['-o', setting]);
    return run(command, [...settings, ...args], cwd);
  }
}

/** What a program said, or undefined if it failed or is not there. */
function run(command: string, args: readonly string[], cwd: string): string | undefined {
  const { status, stdout } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout : undefined;
}
