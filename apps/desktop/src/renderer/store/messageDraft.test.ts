import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMessageDraft, type AttachedImage } from './messageDraft.ts';

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  vi.stubGlobal('sessionStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) });
});
afterEach(() => vi.unstubAllGlobals());

const never = () => false;

describe('the draft of a conversation', () => {
  it('is found again by the next page, and by no other flow', () => {
    createMessageDraft('a').getState().write('Login, then');
    expect(createMessageDraft('a').getState().text).toBe('Login, then');
    expect(createMessageDraft('b').getState().text).toBe('');
  });

  it('is empty while its words are on their way, and forgotten when they have arrived', async () => {
    const draft = createMessageDraft('a');
    draft.getState().write('  Login  ');
    let arrive = () => {};
    const done = draft.getState().submit((text) => new Promise((resolve) => (expect(text).toBe('Login'), (arrive = resolve))), never);
    expect(draft.getState()).toMatchObject({ text: '', outgoing: [{ text: 'Login' }] });
    // A page that is loaded again in between must not lose them.
    expect(createMessageDraft('a').getState().text).toBe('Login');
    arrive();
    await done;
    expect(draft.getState().outgoing).toEqual([]);
    expect(kept.size).toBe(0);
  });

  it('comes back before what was written since when sending fails', async () => {
    const draft = createMessageDraft('a');
    draft.getState().write('First');
    let fail = (_: Error) => {};
    const done = draft.getState().submit(() => new Promise((_, reject) => (fail = reject)), never);
    draft.getState().write('Second');
    const error = new Error('away');
    fail(error);
    await done;
    expect(draft.getState()).toMatchObject({ text: 'First\nSecond', failure: error, outgoing: [] });
    draft.getState().dismiss();
    expect(draft.getState().failure).toBeNull();
  });

  it('does not come back when the engine has the words although the call failed', async () => {
    const draft = createMessageDraft('a');
    draft.getState().write('First');
    await draft.getState().submit(() => Promise.reject(new Error('late')), () => true);
    expect(draft.getState().text).toBe('');
    expect(draft.getState().failure).toBeInstanceOf(Error);
  });

  it('sends nothing when nothing is written', async () => {
    const draft = createMessageDraft('a');
    draft.getState().write(' \n ');
    const send = vi.fn(async () => {});
    await draft.getState().submit(send, never);
    expect(send).not.toHaveBeenCalled();
  });

  const picture: AttachedImage = { base64: 'AA==', mediaType: 'image/png', width: 4, height: 3, name: 'a.png', isCarried: false };
  it('sends a picture without words, and with them', async () => {
    const draft = createMessageDraft('a');
    draft.getState().attach(picture);
    const sent: unknown[] = [];
    await draft.getState().submit(async (...message) => void sent.push(message), never);
    draft.getState().write('for mobile');
    await draft.getState().submit(async (...message) => void sent.push(message), never);
    expect(sent).toEqual([['', picture], ['for mobile', undefined]]);
    expect(draft.getState().image).toBeNull();
  });

  it('gets its picture back when sending fails, unless another one was attached since', async () => {
    const draft = createMessageDraft('a');
    draft.getState().attach(picture);
    draft.getState().write('First');
    await draft.getState().submit(() => Promise.reject(new Error('away')), never);
    expect(draft.getState()).toMatchObject({ text: 'First', image: picture });
    const other = { ...picture, name: 'b.png' };
    await draft.getState().submit(() => {
      draft.getState().attach(other);
      return Promise.reject(new Error('away'));
    }, never);
    expect(draft.getState()).toMatchObject({ text: 'First', image: other });
  });
});
