/** The findings panel; the sentences of the findings themselves come with the rules. */
export const findingsEnglish = {
  'findings.title': 'Findings',
  'findings.list': 'Findings: {count}',
  'findings.error': 'Errors',
  'findings.warning': 'Warnings',
  'findings.info': 'Hints',
  'findings.show': 'Show on the canvas',
  'findings.fixing': 'Fixing…',
  'findings.fixed': 'Done: {fix}',
  'findings.readOnly': 'This flow can only be read here, so quick fixes are off.',
  'findings.emptyTitle': 'Nothing to complain about',
  'findings.emptyText': 'Every step can be reached, every choice is labelled, and nobody gets stuck. Well drawn.',
  'findings.keys': 'Arrow keys move, Enter shows, arrow right reaches the fix',
} as const;
