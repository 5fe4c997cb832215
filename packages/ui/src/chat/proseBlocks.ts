export type ProseBlock = { kind: 'paragraph'; text: string } | { kind: 'list'; isNumbered: boolean; items: string[] };

const BULLET = /^\s*(?:[-*•]|(\d+)[.)])\s+(.*)$/;

/** Plain words as blocks: lines that begin with a dash or a number become lists, empty lines part paragraphs. */
export function proseBlocks(text: string): ProseBlock[] {
  const blocks: ProseBlock[] = [];
  let isOpen = false;
  for (const line of text.split(/\r?\n/)) {
    const bullet = BULLET.exec(line);
    const last = blocks.at(-1);
    if (bullet) {
      const isNumbered = bullet[1] !== undefined;
      if (last?.kind === 'list' && last.isNumbered === isNumbered) last.items.push(bullet[2]!);
      else blocks.push({ kind: 'list', isNumbered, items: [bullet[2]!] });
      isOpen = false;
    } else if (!line.trim()) isOpen = false;
    else if (isOpen && last?.kind === 'paragraph') last.text += `\n${line}`;
    else {
      blocks.push({ kind: 'paragraph', text: line });
      isOpen = true;
    }
  }
  return blocks;
}
