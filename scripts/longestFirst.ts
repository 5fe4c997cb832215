import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take a minute or more, longest first. They are small files, and by size they would all come last, one worker waiting for the other. */
const LONGEST = [
  'apps/desktop/test/controls.e2e.test.ts',
  'apps/desktop/test/editorControls.e2e.test.ts',
  'apps/sync-server/test/teamInstances.e2e.test.ts',
  'apps/desktop/test/sharingControls.e2e.test.ts',
  'apps/desktop/test/accessibility.e2e.test.ts',
];

/** The order of the test files: what takes longest begins first, the others as vitest has them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(name));
      return at < 0 ? LONGEST.length : at;
    };
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
