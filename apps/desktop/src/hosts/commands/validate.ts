import { errorInfo, findingText, parseDocument, review, viewOfDocument, type Finding } from '@uxflow/core';
import { readArguments, readBytes, usage, type Command } from './command.ts';

interface FileReport {
  file: string;
  /** True when nothing of severity `error` was found. */
  ok: boolean;
  /** Why the file could not be read as a flow. */
  error?: { code: string; message: string; params: Record<string, unknown> };
  findings: Pick<Finding, 'code' | 'severity' | 'nodeIds' | 'edgeIds' | 'params'>[];
}

export const validateCommand: Command = {
  usage: 'validate FILES… [--json]',
  summary: 'Checks .uxflow files and reviews their flows; exit 1 when a file is no flow or a finding is an error.',
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } }, validateCommand);
    if (!positionals.length) throw usage(validateCommand, 'Name at least one file.');
    const reports = positionals.map(report);
    if (values.json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
    else for (const each of reports) process.stdout.write(reportText(each));
    return reports.every((each) => each.ok) ? 0 : 1;
  },
};

function report(file: string): FileReport {
  try {
    const view = viewOfDocument(parseDocument(readBytes(file)));
    const findings = review(view).map(({ code, severity, nodeIds, edgeIds, params }) => ({ code, severity, nodeIds, edgeIds, params }));
    return { file, ok: findings.every((finding) => finding.severity !== 'error'), findings };
  } catch (error) {
    return { file, ok: false, error: errorInfo(error), findings: [] };
  }
}

function reportText({ file, error, findings }: FileReport): string {
  if (error) return `${file}: ${error.message}\n`;
  if (!findings.length) return `${file}: nothing to complain about\n`;
  return findings.map((finding) => `${file}: ${finding.severity}: ${findingText(finding, 'en')} [${finding.code}] ${[...finding.nodeIds, ...finding.edgeIds].join(' ')}\n`).join('');
}
