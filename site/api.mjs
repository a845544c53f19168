// The API reference: every entry of every package, by typedoc. A name that one package takes over from another is
// documented where it is declared.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, OptionDefaults } from 'typedoc';
import { root } from './sources.mjs';

/** The entries of a package, by the names under which they are imported. */
function entriesOf(folder) {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, target]) => target.types !== undefined)
    .map(([path, target]) => [
      path === '.' ? name : `${name}/${path.slice(2)}`,
      join(root, 'packages', folder, target.types.replace(/^\.\/dist\//, 'src/').replace(/\.d\.ts$/, '.ts')),
    ]);
}

/** The entries of all packages: the name that is imported, its source, and its page. */
export const entries = readdirSync(join(root, 'packages'))
  .flatMap(entriesOf)
  .map(([name, file]) => ({ name, file, page: name.replace('@catga/', '').replaceAll('/', '-') }));

const contents = `# API

What each package exports, by the name under which it is imported. Applications import from \`@catga/nestjs\`, which exports what is declared in
\`@catga/core\`, too.

${entries.map(({ name, page }) => `- [\`${name}\`](./${page}.md)`).join('\n')}
`;

export async function makeApi(out) {
  const tsconfig = new URL('.pages/tsconfig.json', import.meta.url);
  writeFileSync(
    tsconfig,
    JSON.stringify({
      extends: '../../tsconfig.base.json',
      compilerOptions: {
        composite: false,
        noEmit: true,
        module: 'esnext',
        moduleResolution: 'bundler',
        verbatimModuleSyntax: false,
        paths: Object.fromEntries(entries.map(({ name, file }) => [name, [file]])),
      },
      files: entries.map(({ file }) => file),
    }),
  );
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: entries.map(({ file }) => file),
    tsconfig: fileURLToPath(tsconfig),
    out,
    basePath: root,
    router: 'module',
    readme: 'none',
    entryFileName: 'index.md',
    name: 'API',
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    disableSources: true,
    disableGit: true,
    skipErrorChecking: true,
    hideBreadcrumbs: true,
    hidePageHeader: true,
    sanitizeComments: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    propertiesFormat: 'table',
    interfacePropertiesFormat: 'table',
    validation: false,
    modifierTags: [...OptionDefaults.modifierTags, '@publicApi'],
    excludeTags: ['@publicApi'],
    logLevel: 'Error',
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('typedoc could not read the packages.');
  for (const module of project.children ?? []) {
    const file = project.getSymbolIdFromReflection(module)?.fileName;
    const entry = entries.find((one) => file?.endsWith(one.file.slice(root.length)));
    if (entry === undefined) throw new Error(`typedoc made the module ${module.name} of ${file}.`);
    module.name = entry.page;
  }
  await app.generateOutputs(project);
  for (const { name, page } of entries) {
    const file = join(out, `${page}.md`);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^# .*$/m, `# ${name}`));
  }
  writeFileSync(join(out, 'index.md'), contents);
}
