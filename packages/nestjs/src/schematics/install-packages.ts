import type { SchematicContext } from '@angular-devkit/schematics';

/** Has the packages of the changed `package.json` installed when the files are written. */
export function installPackages(context: SchematicContext): void {
  // What NodePackageInstallTask of the devkit is, which comes with the Nest CLI and is no dependency of applications.
  context.addTask({
    toConfiguration: () => ({
      name: 'node-package',
      options: { command: 'install', quiet: true, hideOutput: true },
    }),
  });
}
