import type { SchematicContext } from '@angular-devkit/schematics';
import type { NestProject } from './nest-project.js';

/** Installs the packages of the changed `package.json` after the files are written, with the project's package manager. */
export function installPackages(context: SchematicContext, { packageManager }: NestProject): void {
  // What NodePackageInstallTask of the devkit is, which comes with the Nest CLI and is no dependency of applications.
  context.addTask({
    toConfiguration: () => ({
      name: 'node-package',
      options: {
        command: 'install',
        quiet: true,
        hideOutput: true,
        ...(packageManager !== undefined && { packageManager }),
      },
    }),
  });
}
