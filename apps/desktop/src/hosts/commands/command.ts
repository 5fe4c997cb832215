import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { AppError, documentText, type FlowDocument, parseDocument } from '@uxflow/core';

/** One command of the command line. */
export interface Command {
  usage: string;
  summary: string;
  /** Runs it; gives the exit code: 0 fine, 1 something was found or failed. Throws AppErrors; `USAGE` means exit 2. */
  run(args: string[]): Promise<number>;
}

/** The arguments of a command. Throws USAGE with what is wrong. */
export function readArguments<T extends ParseArgsConfig['options']>(args: string[], options: T, command: { usage: string }) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw usage(command, error instanceof Error ? error.message : String(error));
  }
}

/** The error for arguments that a command cannot take. */
export function usage(command: { usage: string }, why: string): AppError {
  return new AppError('USAGE', `${why}\nUsage: uxflow ${command.usage}`);
}

/** A flow read from a file; every problem of the file is in the error's sentence. */
export function readFlow(file: string): FlowDocument {
  return parseDocument(readBytes(file));
}

/** The bytes of a file. Throws FILE_UNREADABLE. */
export function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new AppError('FILE_UNREADABLE', `${file} cannot be read (${(error as NodeJS.ErrnoException).code}). Nothing was written; check the path.`, { file }, { cause: error });
  }
}

/** Writes a file whole or not at all; makes the folders above it. Throws FILE_NOT_WRITTEN. */
export function writeWhole(file: string, text: string): void {
  const next = `${file}.part`;
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true });
    writeFileSync(next, text);
    renameSync(next, file);
  } catch (error) {
    throw new AppError('FILE_NOT_WRITTEN', `${file} cannot be written (${(error as NodeJS.ErrnoException).code}). What was there before is untouched; choose another path or free space.`, { file }, { cause: error });
  }
}

/** Writes a flow to `--out`, or to standard output without one. */
export function putFlow(document: FlowDocument, out: string | undefined): void {
  if (out === undefined) process.stdout.write(documentText(document));
  else writeWhole(out, documentText(document));
}

/** `--out` as a file for one result: a folder (or a path without extension that is one) takes NAME.uxflow. */
export function outFile(out: string, name: string): string {
  return isFolder(out) || (!extname(out) && !isFile(out) && out.endsWith('/')) ? join(out, name) : out;
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
