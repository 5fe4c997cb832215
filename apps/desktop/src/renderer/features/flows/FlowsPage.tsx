import { Button, Dialog, EmptyState, IconButton, Spinner } from '@uxflow/ui';
import { ChartColumn, ArrowLeft, FilePlus, FileUp, Plus, Search, SearchX, Settings, Trash2, Workflow } from 'lucide-react';
import type { FlowSummary } from '@uxflow/core/api';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { useText } from '../../i18n/TextContext.tsx';
import { goTo } from '../../store/route.ts';
import { useFailureToast, useNow, useServices } from '../../store/services.ts';
import { FlowCard } from './FlowCard.tsx';
import { createFlowsStore } from './flowsStore.ts';

/** The list of all flows, or of the bin: the first thing a person sees. */
export function FlowsPage({ isBin, sharing }: { isBin: boolean; sharing: ReactNode }) {
  const text = useText();
  const services = useServices();
  const { api, toasts, connection } = services;
  const fail = useFailureToast();
  const [store] = useState(() => createFlowsStore(connection, isBin, fail));
  useEffect(() => () => store.getState().close(), [store]);
  const flows = useStore(store, (state) => state.flows);
  const search = useStore(store, (state) => state.search);
  const now = useNow(30_000);
  const [purging, setPurging] = useState<FlowSummary | null>(null);
  const [isDropping, setDropping] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const searchField = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement) return;
      if (event.key === '/' || (event.key === 'f' && (event.metaKey || event.ctrlKey))) {
        event.preventDefault();
        searchField.current?.focus();
      }
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);

  const run = (action: Promise<unknown>) => void action.then(() => store.getState().reload()).catch(fail);
  const create = () => void api.flows.create({ name: text('list.newName') }).then((flow) => goTo({ page: 'flow', flowId: flow.id })).catch(fail);
  const remove = (flow: FlowSummary) =>
    run(
      api.flows.delete({ flowId: flow.id }).then(() =>
        toasts.getState().show({ text: text('list.deletedToast', { name: flow.name }), action: { label: text('undo'), run: () => run(api.flows.restore({ flowId: flow.id })) } }),
      ),
    );
  const restore = (flow: FlowSummary) => run(api.flows.restore({ flowId: flow.id }).then(() => toasts.getState().show({ text: text('list.restoredToast', { name: flow.name }) })));
  const purge = (flow: FlowSummary) => {
    setPurging(null);
    run(api.flows.purge({ flowId: flow.id }).then(() => toasts.getState().show({ text: text('list.purgedToast', { name: flow.name }) })));
  };
  const importFiles = async (files: FileList | null) => {
    for (const file of files ?? []) {
      try {
        const flow = await api.flows.import({ text: await file.text(), fileName: file.name });
        toasts.getState().show({ text: text('list.importedToast', { name: flow.name }) });
      } catch (error) {
        fail(error);
      }
    }
    await store.getState().reload();
  };

  return (
    <div
      className="page"
      data-testid={isBin ? 'bin' : 'flow-list'}
      onDragOver={(event) => {
        if (isBin || !event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={(event) => event.currentTarget === event.target && setDropping(false)}
      onDrop={(event) => {
        if (isBin) return;
        event.preventDefault();
        setDropping(false);
        void importFiles(event.dataTransfer.files);
      }}
    >
      <header className="page__bar">
        {isBin ? <IconButton label={text('list.backFromBin')} icon={<ArrowLeft />} onClick={() => goTo({ page: 'flows' })} /> : <Workflow className="page__mark" aria-hidden />}
        <h1>{isBin ? text('bin') : text('appName')}</h1>
        <div className="search page__search">
          <Search aria-hidden />
          <input ref={searchField} className="input" type="search" aria-label={text('list.search')} placeholder={text('list.search')} value={search} onChange={(event) => store.getState().setSearch(event.target.value)} />
        </div>
        <span className="page__space" />
        {isBin ? null : (
          <>
            {sharing}
            <IconButton label={text('bin')} icon={<Trash2 />} onClick={() => goTo({ page: 'bin' })} />
            <IconButton label={text('usage.open')} icon={<ChartColumn />} onClick={() => goTo({ page: 'usage' })} />
            <IconButton label={text('settings')} icon={<Settings />} onClick={() => goTo({ page: 'settings' })} />
            <Button icon={<FileUp />} aria-label={text('list.import')} data-tip={text('list.import')} onClick={() => picker.current?.click()}>
              {text('list.importShort')}
            </Button>
            <Button variant="primary" icon={<Plus />} onClick={create}>
              {text('list.new')}
            </Button>
            <input ref={picker} type="file" accept=".uxflow,application/json" multiple hidden aria-hidden tabIndex={-1} onChange={(event) => void importFiles(event.target.files).finally(() => (event.target.value = ''))} />
          </>
        )}
      </header>
      <main className="page__body">
        {flows === null ? (
          <div className="page__loading">
            <Spinner label={text('loading')} />
          </div>
        ) : flows.length === 0 ? (
          search.trim() ? (
            <EmptyState icon={<SearchX />} title={text('list.nothingFound', { search: search.trim() })}>
              {text('list.nothingFoundText')}
            </EmptyState>
          ) : isBin ? (
            <EmptyState icon={<Trash2 />} title={text('list.binEmpty')}>
              {text('list.binEmptyText')}
            </EmptyState>
          ) : (
            <EmptyState
              icon={<Workflow />}
              title={text('list.emptyTitle')}
              actions={
                <div className="row">
                  <Button variant="primary" icon={<FilePlus />} onClick={create}>
                    {text('list.new')}
                  </Button>
                  <Button icon={<FileUp />} onClick={() => picker.current?.click()}>
                    {text('list.import')}
                  </Button>
                </div>
              }
            >
              {text('list.emptyText')}
            </EmptyState>
          )
        ) : (
          <ul className="flow-grid">
            {flows.map((flow) => (
              <FlowCard
                key={flow.id}
                flow={flow}
                now={now}
                onRename={(name) => run(api.flows.rename({ flowId: flow.id, name }))}
                onDuplicate={() => run(api.flows.duplicate({ flowId: flow.id, name: text('list.copyName', { name: flow.name }) }))}
                onDelete={() => remove(flow)}
                onRestore={() => restore(flow)}
                onPurge={() => setPurging(flow)}
              />
            ))}
          </ul>
        )}
      </main>
      {isDropping ? <div className="page__drop">{text('list.dropHere')}</div> : null}
      {purging ? (
        <Dialog
          title={text('list.purgeTitle', { name: purging.name })}
          closeLabel={text('close')}
          onClose={() => setPurging(null)}
          foot={
            <>
              <Button onClick={() => setPurging(null)}>{text('cancel')}</Button>
              <Button variant="danger" onClick={() => purge(purging)}>
                {text('list.purge')}
              </Button>
            </>
          }
        >
          <p>{text('list.purgeText')}</p>
        </Dialog>
      ) : null}
    </div>
  );
}
