import { account, hub, manage, sealedTeam, sharedIn, withKeys, withoutKeys } from './sharingStage.ts';
import { everything, list, press, type Scene, type Stage } from './stage.ts';

const KIT = '[data-testid=kit-dialog]';
const panel = async (stage: Stage, button: string): Promise<undefined> => {
  await account(stage);
  await stage.page.getByTestId('keys-panel').getByRole('button', { name: button }).click();
};
/** Keys were just made: the kit is on the screen. */
const kit = async (stage: Stage): Promise<undefined> => {
  await withoutKeys(stage);
  await panel(stage, 'Set up encryption');
  await stage.page.getByRole('button', { name: 'Make my keys' }).click();
  await stage.page.getByTestId('kit').waitFor();
};
/** Two groups of the kit are asked for, and entered. */
const kitCheck = async (stage: Stage): Promise<undefined> => {
  const { page } = stage;
  await kit(stage);
  const groups = await page.locator('[data-testid=kit] b').allInnerTexts();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  for (const field of await page.locator(`${KIT} .field`).all()) {
    const number = Number(/\d+/.exec(await field.locator('label').innerText())![0]);
    await field.locator('input').fill(groups[number - 1]!.toLowerCase());
  }
};
/** The keys are taken off this device; the kit of them. */
const forgotten = async (stage: Stage): Promise<string> => {
  const { kit: words } = await withKeys(stage);
  await stage.client.keys.forgetHere();
  return words;
};
const bringing = async (stage: Stage): Promise<undefined> => {
  const words = await forgotten(stage);
  await panel(stage, 'Bring my keys here');
  await stage.page.getByLabel('Recovery kit', { exact: true }).fill(words.toLowerCase());
  await stage.page.getByTestId('bring-keys').getByRole('button', { name: 'Bring my keys', exact: true, disabled: false }).waitFor();
};
const encryption = async (stage: Stage): Promise<undefined> => {
  await manage(stage, 'Encryption');
  await stage.page.getByTestId('key-members').waitFor();
};
const comparing = async (stage: Stage): Promise<undefined> => {
  await encryption(stage);
  await stage.page.getByRole('button', { name: 'Compare fingerprints with Bob Hope' }).click();
  await stage.page.getByTestId('compare').waitFor();
};
/** Bob has begun with new keys. */
const changed = async (stage: Stage): Promise<undefined> => {
  const sync = await sealedTeam(stage, 'link');
  const his = await sync.bobsApp();
  await his.api.keys.beginAnew({ isMeant: true });
  await stage.client.keys.refresh({ workspaceId: sync.workspace.id });
  await encryption(stage);
  await stage.page.locator('.key-member--alarm').waitFor();
};

/** Keys of encrypted workspaces: made, kept, brought, compared, given. */
export const KEY_SCENES: readonly Scene[] = [
  { name: 'no keys yet', root: '[data-testid=keys-panel]', enter: async (stage) => (await withoutKeys(stage), account(stage)) },
  { name: 'setting up encryption', root: '[data-testid=kit-reason]', enter: async (stage) => (await withoutKeys(stage), panel(stage, 'Set up encryption')) },
  { name: 'a recovery kit', root: KIT, enter: kit },
  { name: 'the check of a kit', root: KIT, enter: kitCheck },
  { name: 'closing a kit too soon', root: `${KIT} .notice--warning:has(.button)`, enter: async (stage) => (await kit(stage), await stage.page.keyboard.press('Escape'), await stage.page.locator(`${KIT} .notice--warning .button`).first().waitFor(), undefined) },
  { name: 'keys on this device', root: '[data-testid=keys-panel]', group: 'keys', enter: async (stage) => (await withKeys(stage), account(stage)) },
  { name: 'keys elsewhere', root: '[data-testid=keys-panel]', group: 'keys', enter: async (stage) => (await forgotten(stage), account(stage)) },
  { name: 'bringing keys by the kit', root: '[data-testid=bring-keys]', enter: bringing },
  { name: 'a code for another device', root: '[data-testid=device-code]', enter: async (stage) => (await withKeys(stage), await panel(stage, 'Code for another device'), await stage.page.locator('[data-testid=device-code] .button').waitFor(), undefined) },
  { name: 'a new kit', root: '[data-testid=kit-reason]', enter: async (stage) => (await withKeys(stage), panel(stage, 'New recovery kit')) },
  { name: 'beginning with new keys', root: '[data-testid=kit-reason]', enter: async (stage) => (await withKeys(stage), await panel(stage, 'Begin with new keys'), await stage.page.getByText('I understand that this cannot be undone').click(), undefined) },
  { name: 'taking keys off this device', root: '[data-testid=keys-panel] .notice', enter: async (stage) => (await withKeys(stage), panel(stage, 'Take them off this device')) },
  { name: 'a new encrypted workspace', root: 'dialog', enter: async (stage) => (await withKeys(stage), await hub(stage), await stage.page.getByRole('button', { name: 'New workspace' }).click(), await stage.page.getByLabel('Name of the new workspace').fill('Payments team'), await stage.page.getByText('Its members only').click(), undefined) },
  { name: 'a new encrypted workspace without keys', root: 'dialog', group: 'a new encrypted workspace', enter: async (stage) => (await withoutKeys(stage), await hub(stage), await stage.page.getByRole('button', { name: 'New workspace' }).click(), await stage.page.getByText('Its members only').click(), await stage.page.locator('dialog .notice--warning .button').waitFor(), undefined) },
  { name: 'joining with a link', root: 'dialog', enter: async (stage) => (await withKeys(stage), await hub(stage), await stage.page.getByRole('button', { name: 'Join with a link' }).click(), await stage.page.getByLabel('Link of the invitation').fill('https://sync.example.com/invitation#nothing'), undefined) },
  { name: 'encryption of a workspace', root: '[data-testid=workspace-keys]', enter: async (stage) => (await sealedTeam(stage, 'link'), encryption(stage)) },
  { name: 'the next key', root: '[data-testid=workspace-keys] .notice--warning', enter: async (stage) => (await sealedTeam(stage, 'link'), await encryption(stage), await stage.page.getByRole('button', { name: 'Make the next key' }).click(), undefined) },
  { name: 'comparing fingerprints', root: '[data-testid=compare]', enter: async (stage) => (await sealedTeam(stage, 'list'), comparing(stage)) },
  { name: 'somebody waits for the key', root: '[data-testid=key-members]', enter: async (stage) => (await sealedTeam(stage, 'list'), encryption(stage)) },
  { name: 'keys that have changed', root: '[data-testid=key-members]', enter: changed },
  { name: 'inviting into an encrypted workspace', root: '[data-testid=workspace-dialog]', enter: async (stage) => (await sealedTeam(stage, 'alone'), await manage(stage), await stage.page.getByLabel('Invite by e-mail').fill('dora@example.org'), await stage.page.getByRole('button', { name: 'Send invitation' }).click(), await stage.page.getByTestId('invitation-link').waitFor(), await stage.page.getByTestId('open-invitations').waitFor(), undefined) },
  { name: 'people of an encrypted workspace', root: '[data-testid=invite-form]', enter: async (stage) => (await sealedTeam(stage, 'alone'), await manage(stage), await stage.page.getByLabel('Invite by e-mail').fill('dora@example.org'), undefined) },
  { name: 'encrypted flows', root: '[data-testid=shared-flows]', enter: async (stage) => (await sharedIn(stage, (await sealedTeam(stage, 'alone')).workspace.id), await hub(stage), await stage.page.locator('.share__flows li').waitFor(), undefined) },
  { name: 'sharing in an encrypted workspace', root: 'dialog', enter: async (stage) => (await sealedTeam(stage, 'alone'), press(stage, everything(stage), '.sharing-bar .button', '[data-testid=share-dialog] select >> nth=1')) },
  { name: 'a flow shared in an encrypted workspace', root: '.sharing-bar', enter: async (stage) => sharedIn(stage, (await sealedTeam(stage, 'alone')).workspace.id) },
  { name: 'encrypted flows without keys', root: '[data-testid=shared-flows]', enter: async (stage) => (await sharedIn(stage, (await sealedTeam(stage, 'alone')).workspace.id), await stage.client.keys.forgetHere(), await list(stage, 0), await stage.page.getByRole('button', { name: 'Shared with me' }).click(), await stage.page.locator('.hub-workspace__locked').waitFor(), undefined) },
];
