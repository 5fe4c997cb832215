import { initialsOf, whose } from './personColor.ts';

/** Somebody's picture: their letters in their colour. */
export function Avatar({ name, id }: { name: string; id: string }) {
  return (
    <span className="avatar" style={whose(id)} aria-hidden>
      {initialsOf(name)}
    </span>
  );
}
