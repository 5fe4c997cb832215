/** The directions of imports that DESIGN of the tree rests on, read from the source itself. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
/** Folders of core in dependency order: each imports only from itself and from those before it. */
const CORE_ORDER = ['base', 'flow', 'language', 'layout', 'exchange', 'llm', 'knowledge', 'agents', 'sync', 'api', 'db', 'engine'];
const NODE_FOLDERS = ['db', 'engine'];

interface SourceFile {
  path: string;
  text: string;
  imports: string[];
}

const sources = (folder: string): SourceFile[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.parentPath.includes('node_modules'))
    .map((entry) => {
      const path = relative(root, join(entry.parentPath, entry.name)).split(sep).join('/');
      const text = readFileSync(join(root, path), 'utf8');
      const imports = [...text.matchAll(/(?:^|\n)\s*(?:import|export)\s[^'";]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
      return { path, text, imports };
    });
const isTest = ({ path }: SourceFile) => /\.test\.tsx?$|\/(fixtures|testing|testServers?)(\/|\.)|naiveFold|[tT]est(Server|Bench|Support|Kit)/.test(path);
const resolved = (file: SourceFile, specifier: string) => relative(root, resolve(root, dirname(file.path), specifier)).split(sep).join('/');

describe('core', () => {
  const files = sources('packages/core/src').filter((file) => !isTest(file));
  const folderOf = (path: string) => path.split('/')[3] ?? '';

  test('there are sources to look at', () => expect(files.length).toBeGreaterThan(100));

  test('a folder imports only from those above it', () => {
    const wrong = files.flatMap((file) => {
      const own = CORE_ORDER.indexOf(folderOf(file.path));
      if (own < 0) return [];
      return file.imports.filter((specifier) => specifier.startsWith('.')).flatMap((specifier) => {
        const other = CORE_ORDER.indexOf(folderOf(resolved(file, specifier)));
        return other > own ? [`${file.path} imports ${specifier}`] : [];
      });
    });
    expect(wrong).toEqual([]);
  });

  test('only db and engine touch Node', () => {
    const wrong = files
      .filter((file) => !NODE_FOLDERS.includes(folderOf(file.path)))
      .flatMap((file) => file.imports.filter((specifier) => /^(node:|better-sqlite3|drizzle-orm|sqlite-vec)/.test(specifier)).map((specifier) => `${file.path} imports ${specifier}`));
    expect(wrong).toEqual([]);
  });

  test('nothing in core knows Electron, React or the page', () => {
    const wrong = files.flatMap((file) => file.imports.filter((specifier) => /^(electron|react|@xyflow|zustand|@uxflow\/ui)/.test(specifier)).map((specifier) => `${file.path} imports ${specifier}`));
    expect(wrong).toEqual([]);
  });

  test('only the egress gate calls fetch', () => {
    const wrong = files.filter((file) => /(?<![.\w])fetch\(/.test(withoutStrings(file.text)) && !file.path.startsWith('packages/core/src/llm/')).map((file) => file.path);
    expect(wrong).toEqual([]);
  });
});

describe('ui and desktop', () => {
  test('ui imports core by its pure entry alone', () => {
    const wrong = sources('packages/ui/src').flatMap((file) => file.imports.filter((specifier) => specifier.startsWith('@uxflow/') && specifier !== '@uxflow/core' || specifier.startsWith('node:') && !isTest(file)).map((specifier) => `${file.path} imports ${specifier}`));
    expect(wrong).toEqual([]);
  });

  test('a renderer feature never imports another feature', () => {
    const wrong = sources('apps/desktop/src/renderer/features').flatMap((file) => {
      const own = file.path.split('/')[5];
      return file.imports.filter((specifier) => specifier.startsWith('.')).flatMap((specifier) => {
        const target = resolved(file, specifier).split('/');
        return target[4] === 'features' && target[5] !== own ? [`${file.path} imports ${specifier}`] : [];
      });
    });
    expect(wrong).toEqual([]);
  });

  test('the renderer touches neither Node nor the engine', () => {
    const wrong = sources('apps/desktop/src/renderer').filter((file) => !isTest(file)).flatMap((file) => file.imports.filter((specifier) => /^node:|^electron|@uxflow\/core\/engine|\/(hosts|main|preload)\//.test(specifier)).map((specifier) => `${file.path} imports ${specifier}`));
    expect(wrong).toEqual([]);
  });

  test('only main and preload import electron', () => {
    const wrong = [...sources('apps/desktop/src/hosts'), ...sources('packages/core/src')].flatMap((file) => file.imports.filter((specifier) => specifier === 'electron').map(() => file.path));
    expect(wrong).toEqual([]);
  });
});

/** The text without comments and string contents, so that prose does not look like code. */
function withoutStrings(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '').replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''");
}
