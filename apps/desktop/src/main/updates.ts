import electronUpdater from 'electron-updater';

/** Looks for a newer version when the person has switched that on by environment; a build from source never calls home. */
export function watchForUpdates(isPackaged: boolean): void {
  if (!isPackaged || process.env.UXFLOW_UPDATES !== 'on') return;
  const { autoUpdater } = electronUpdater;
  autoUpdater.autoDownload = false;
  void autoUpdater.checkForUpdatesAndNotify().catch(() => undefined);
}
