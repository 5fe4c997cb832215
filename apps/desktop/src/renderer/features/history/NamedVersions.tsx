import type { Version } from '@uxflow/core';
import { Button, IconButton, InlineText } from '@uxflow/ui';
import { Bookmark, BookmarkPlus, Pencil, RotateCcw } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useFlow, useSession } from '../../store/flowServices.ts';
import { useServices } from '../../store/services.ts';

/** States of the flow that somebody gave a name, and how to name the one of now. */
export function NamedVersions({ onRestore }: { onRestore: ((version: Version) => void) | undefined }) {
  const text = useText();
  const versions = useSession((session) => session.view.version);
  const isReadOnly = useSession((session) => session.readOnly !== null);
  const list = [...versions.values()].sort((a, b) => b.no - a.no);
  return (
    <section className="past__versions" aria-labelledby="history-versions">
      <h3 id="history-versions">{text('version.title')}</h3>
      {list.length === 0 ? (
        <p className="past__facts">{text('version.none')}</p>
      ) : (
        <ul>
          {list.map((version) => (
            <VersionRow key={version.id} version={version} isReadOnly={isReadOnly} onRestore={onRestore} />
          ))}
        </ul>
      )}
      {isReadOnly ? null : <NameVersion />}
    </section>
  );
}

function VersionRow({ version, isReadOnly, onRestore }: { version: Version; isReadOnly: boolean; onRestore: ((version: Version) => void) | undefined }) {
  const text = useText();
  const language = useLanguage();
  const { dispatch } = useFlow();
  const [isRenaming, setRenaming] = useState(false);
  const { id, name } = version;
  return (
    <li className="past__version" data-testid="named-version">
      <span className="past__icon">
        <Bookmark aria-hidden />
      </span>
      <div className="past__what">
        {isRenaming ? (
          <InlineText
            value={name}
            label={text('version.nameLabel')}
            onCommit={(next) => next.trim() && next.trim() !== name && dispatch({ ops: [{ op: 'set', kind: 'version', id, field: 'name', to: next.trim() }] })}
            onDone={() => setRenaming(false)}
          />
        ) : (
          <span className="past__title">{name}</span>
        )}
        {version.description ? <span className="past__facts">{version.description}</span> : null}
        <span className="past__facts">
          {new Date(version.at).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' })} · {text('history.number', { no: version.no })}
        </span>
      </div>
      {isReadOnly || isRenaming ? null : <IconButton size="small" label={text('version.rename', { name })} icon={<Pencil />} onClick={() => setRenaming(true)} />}
      {onRestore ? <IconButton size="small" label={text('version.restore', { name })} icon={<RotateCcw />} onClick={() => onRestore(version)} /> : null}
    </li>
  );
}

function NameVersion() {
  const text = useText();
  const { ids, toasts } = useServices();
  const { dispatch } = useFlow();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const opener = useRef<HTMLButtonElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isOpen) field.current?.focus();
  }, [isOpen]);
  const close = () => {
    setOpen(false);
    setName('');
    setDescription('');
    requestAnimationFrame(() => opener.current?.focus());
  };
  const keep = () => {
    const trimmed = name.trim();
    if (!trimmed) return;
    const about = description.trim();
    if (!dispatch({ ops: [{ op: 'version.add', id: ids.newId('version'), name: trimmed, ...(about ? { description: about } : {}) }] })) return;
    toasts.getState().show({ text: text('version.kept', { name: trimmed }) });
    close();
  };
  if (!isOpen) {
    return (
      <div>
        <button ref={opener} type="button" className="button button--secondary button--small" onClick={() => setOpen(true)}>
          <BookmarkPlus aria-hidden />
          {text('version.name')}
        </button>
      </div>
    );
  }
  return (
    <form
      className="past__form"
      onSubmit={(event) => {
        event.preventDefault();
        keep();
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape') close();
      }}
    >
      <input ref={field} className="input input--small" aria-label={text('version.nameLabel')} placeholder={text('version.namePlaceholder')} value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
      <input className="input input--small" aria-label={text('version.descriptionLabel')} placeholder={text('version.descriptionLabel')} value={description} maxLength={500} onChange={(event) => setDescription(event.target.value)} />
      <div className="past__buttons">
        <Button size="small" variant="primary" type="submit" disabled={!name.trim()}>
          {text('version.keep')}
        </Button>
        <Button size="small" onClick={close}>
          {text('cancel')}
        </Button>
      </div>
    </form>
  );
}
