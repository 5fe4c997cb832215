import { proseBlocks } from './proseBlocks.ts';

/** Words of a person or an agent: paragraphs and lists, line breaks kept. Never markup: whatever stands there is shown as it is. */
export function Prose({ text }: { text: string }) {
  return (
    <div className="prose">
      {proseBlocks(text).map((block, index) => {
        if (block.kind === 'paragraph') return <p key={index}>{block.text}</p>;
        const List = block.isNumbered ? 'ol' : 'ul';
        return (
          <List key={index}>
            {block.items.map((item, at) => (
              <li key={at}>{item}</li>
            ))}
          </List>
        );
      })}
    </div>
  );
}
