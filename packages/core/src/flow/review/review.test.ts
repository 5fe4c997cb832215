import { describe, expect, it } from 'vitest';
import { createTestClock, createIdSource, seededRandom } from '../../base/index.ts';
import { commit } from '../commit.ts';
import { openDocument } from '../document.ts';
import { fold } from '../fold.ts';
import { plainView, sketchView } from '../fixtures/sketchFlow.ts';
import type { Edge, FlowView, Node } from '../schema.ts';
import { validateDocument } from '../validate.ts';
import type { Finding } from './finding.ts';
import { findingSentences, findingText, fixSentences, fixText } from './messages.ts';
import { countFindings, review, reviewRules } from './review.ts';
import { goldFlows, seededDefects } from '../fixtures/seededDefects.ts';

const codes = (findings: readonly Finding[]) => findings.map((finding) => finding.code);
const place = (finding: Finding) => `${finding.code} ${finding.nodeIds[0] ?? finding.edgeIds[0] ?? finding.params.frameId ?? ''}`;
const defects = seededDefects();

describe('review of good flows', () => {
  it.each(goldFlows())('has neither error nor warning to say of %s', (_name, document) => {
    expect(review(plainView(document)).filter((finding) => finding.severity !== 'info')).toEqual([]);
  });

  it('has little to say even as information', () => {
    const infos = goldFlows().flatMap(([, document]) => review(plainView(document)));
    expect(infos.length).toBeLessThanOrEqual(2);
  });
});

describe('review of spoilt flows', () => {
  it('finds at least 0.95 of the seeded defects, at the place where they are', () => {
    const missed = defects.filter(({ document, expected, otherFlows }) => {
      const findings = review(plainView(document), otherFlows ? { otherFlows } : {});
      return !findings.some((finding) => finding.code === expected.code && (!expected.nodeId || finding.nodeIds.includes(expected.nodeId)) && (!expected.edgeId || finding.edgeIds.includes(expected.edgeId)));
    });
    const recall = 1 - missed.length / defects.length;
    expect(defects.length).toBeGreaterThan(500);
    expect(recall, missed.map((defect) => `${defect.name}: ${defect.expected.code}`).join('\n')).toBeGreaterThanOrEqual(0.95);
  });

  it('seeds every rule but those of sheer size', () => {
    const seeded = new Set(defects.map((defect) => defect.expected.code));
    expect(reviewRules.map((rule) => rule.code).filter((code) => !seeded.has(code))).toEqual(['TOO_MANY_EDGES', 'FRAME_FULL']);
  });

  it('gives fixes that commit and fold take, after which the finding is gone and no new error has come', () => {
    const ids = createIdSource(createTestClock(), seededRandom(7));
    const fixed = new Set<string>();
    for (const { name, document, otherFlows } of defects) {
      if (validateDocument(JSON.parse(JSON.stringify(document))).length) throw new Error(`${name} is no valid document`);
      const state = openDocument(JSON.parse(JSON.stringify(document)));
      const options = otherFlows ? { otherFlows } : {};
      const before = review(state, options);
      for (const finding of before) {
        if (!finding.fix) continue;
        // Each kind of fix once a flow is enough; the flows are spoilt in hundreds of ways.
        const key = `${name} ${finding.code}`;
        if (fixed.has(key)) continue;
        fixed.add(key);
        const ops = finding.fix.ops((prefix) => ids.newId(prefix));
        const entry = commit(state, { ops }, { id: ids.newId('entry'), logId: 'log_1', author: { kind: 'user', id: 'u', name: 'U' }, at: 1 });
        const next = fold(state, entry);
        const after = review(next, options);
        expect(next.conflict.size, `${name}: ${finding.fix.code} opened a conflict`).toBe(0);
        expect(after.map(place), `${name}: ${finding.fix.code}`).not.toContain(place(finding));
        // A closed circle that a fix of something else widens is the same circle.
        const isKnown = (item: Finding) => before.some((old) => old.code === item.code && old.nodeIds.some((id) => item.nodeIds.includes(id)));
        expect(after.filter((item) => item.severity === 'error' && !isKnown(item)).map(place), `${name}: ${finding.fix.code} made it worse`).toEqual([]);
      }
    }
    expect(fixed.size).toBeGreaterThan(500);
  });

  it('says every finding and fix in both languages, with every gap filled', () => {
    for (const { document, otherFlows } of defects) {
      for (const finding of review(plainView(document), otherFlows ? { otherFlows } : {})) {
        for (const language of ['en', 'de'] as const) {
          expect(findingText(finding, language)).not.toMatch(/[{}]|“”|„“|undefined/);
          if (finding.fix) expect(fixSentences[finding.fix.code], finding.fix.code).toBeDefined();
          if (finding.fix) expect(fixText(finding.fix, language)).not.toBe(finding.fix.code);
        }
      }
    }
    for (const { code } of reviewRules) expect(Object.keys(findingSentences[code])).toEqual(['en', 'de']);
  });
});

describe('review', () => {
  it('is the same for the same flow whatever the order of its records', () => {
    for (const { document } of defects.slice(0, 60)) {
      const turned = { ...document, nodes: Object.fromEntries(Object.entries(document.nodes).reverse()), edges: Object.fromEntries(Object.entries(document.edges).reverse()) };
      const bare = (findings: Finding[]) => findings.map(({ fix, ...rest }) => ({ ...rest, fix: fix?.code }));
      expect(bare(review(plainView(turned)))).toEqual(bare(review(plainView(document))));
    }
  });

  it('lists errors first and counts', () => {
    const findings = review(sketchView('a:screen Search\nb:decision Found?\nc:screen Empty page\na -> b\nb -> c'));
    expect(codes(findings)).toEqual(['NO_START', 'TOO_FEW_ARMS', 'NO_END', 'DEAD_END']);
    expect(countFindings(findings)).toEqual({ error: 2, warning: 2, info: 0 });
  });

  it('leaves a new flow in peace', () => {
    expect(codes(review(sketchView('')))).toEqual(['EMPTY_FLOW']);
    expect(codes(review(sketchView('a:start Start')))).toEqual(['EMPTY_FLOW']);
  });

  it('takes an error branch, an error popup or a following question as an error path', () => {
    const api = (rest: string) => codes(review(sketchView(`s:start Go\na:apiCall Pay\nb:screen Thanks\ne:end Done\ns -> a\na -> b\nb -> e\n${rest}`)));
    expect(api('')).toContain('MISSING_ERROR_PATH');
    expect(api('p:popup Declined\na -> p Card failed\np -> b Ok')).not.toContain('MISSING_ERROR_PATH');
    expect(api('p:popup Zahlung fehlgeschlagen\na -> p\np -> b Ok')).not.toContain('MISSING_ERROR_PATH');
  });

  it('writes new texts in the language of the flow', () => {
    const view = sketchView('s:start Los\nd:decision Gefunden?\ne:end Fertig\ns -> d\nd -> e Ja');
    const german: FlowView = { ...view, flow: { ...view.flow, settings: { language: 'de' } } };
    const fix = review(german).find((finding) => finding.code === 'TOO_FEW_ARMS')!.fix!;
    let next = 0;
    expect(fix.ops((prefix) => `${prefix}_${next++}`)).toMatchObject([{ op: 'add', kind: 'edge', value: { source: 'd', target: 'e', data: { label: 'Nein' } } }]);
  });

  it('asks for places where it is given a better way, and finds free ones itself', () => {
    const view = sketchView('s:start Go\na:screen First\nb:screen Other\ns -> a\na -> b');
    const finding = (options = {}) => review(view, options).find((item) => item.code === 'DEAD_END')!.fix!.ops((prefix) => `${prefix}_1`);
    expect(finding({ place: () => ({ x: 1, y: 2 }) })[0]).toMatchObject({ value: { type: 'end', position: { x: 1, y: 2 } } });
    const free = (finding()[0] as unknown as { value: { position: { x: number; y: number } } }).value.position;
    for (const node of view.node.values()) expect(Math.abs(node.position.x - free.x) >= 140 || Math.abs(node.position.y - free.y) >= 56).toBe(true);
  });

  it('closes a message back to its screen, but never makes a circle of it', () => {
    const fix = (rest: string) => review(sketchView(`s:start Go\na:screen Form\np:popup Payment failed\ns -> a\na -> p Wrong\n${rest}`)).find((item) => item.code === 'DEAD_END' && item.nodeIds[0] === 'p')!.fix!;
    expect(fix('e:end Done\na -> e Right').ops((prefix) => `${prefix}_1`)).toMatchObject([{ kind: 'edge', value: { source: 'p', target: 'a', data: { label: 'Try again' } } }]);
    expect(fix('').code).toBe('CONNECT_TO_END');
  });

  it('puts a start before the first step, in the reading direction', () => {
    const view = sketchView('a:screen First\nb:end Done\na -> b');
    (view.node.get('a') as Node).position = { x: 600, y: 600 };
    const place = (settings: FlowView['flow']['settings']) => {
      const fix = review({ ...view, flow: { ...view.flow, settings } }).find((item) => item.code === 'NO_START')!.fix!;
      return (fix.ops((prefix) => `${prefix}_1`)[0] as unknown as { value: Node }).value.position;
    };
    expect(place({ direction: 'right' })).toEqual({ x: 344, y: 600 });
    expect(place({ direction: 'down' })).toEqual({ x: 600, y: 440 });
  });

  it('takes 5,000 nodes heaped on one spot, and 5,000 in a chain', () => {
    const node = new Map<string, Node>();
    const edge = new Map<string, Edge>();
    for (let i = 0; i < 5000; i++) {
      node.set(`n${i}`, { id: `n${i}`, type: i === 0 ? 'start' : i === 4999 ? 'end' : i % 3 ? 'screen' : 'apiCall', position: { x: 0, y: 0 }, data: { title: `Do thing ${i}` } });
      if (i) edge.set(`e${i}`, { id: `e${i}`, source: `n${i - 1}`, target: `n${i}`, data: {} });
    }
    const findings = review({ ...sketchView(''), node, edge });
    expect(findings.filter((finding) => finding.code === 'NODES_OVERLAP')).toHaveLength(4999);
  });
});
