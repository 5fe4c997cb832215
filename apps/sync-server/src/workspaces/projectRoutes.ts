/** Projects and the flows in them, over HTTP. */
import { z } from '@hono/zod-openapi';
import type { ServerApp } from '../access/context.ts';
import type { Permission } from '../access/permissions.ts';
import { accessRoute } from '../access/route.ts';
import { answerOf, bodyOf, conflict, deletedQuery, graceSchema, inWorkspace, notFound, overLimit } from './answers.ts';
import type { WorkspaceModule } from './module.ts';
import { nextSchema, pageQuery } from './paging.ts';
import { flowChangeSchema, flowSchema, idSchema, newFlowSchema, newProjectSchema, projectChangeSchema, projectMemberSchema, projectRoleSchema, projectSchema } from './schema.ts';

const tags = ['projects'];
const base = '/api/v1/workspaces/{workspaceId}';
const aProject = inWorkspace.extend({ projectId: idSchema });
const aFlow = inWorkspace.extend({ logId: idSchema });
const aProjectMember = aProject.extend({ userId: idSchema });
const needs = (permission: Permission) => ({ as: 'holder', workspace: { parameter: 'workspaceId', permission } }) as const;

const listProjects = accessRoute({ access: needs('read_projects'), method: 'get', path: `${base}/projects`, tags, summary: 'Projects that you see', request: { params: inWorkspace, query: deletedQuery.extend(pageQuery.shape) }, responses: { 200: answerOf('They are, oldest first.', z.object({ projects: z.array(projectSchema), next: nextSchema })), 404: notFound } });
const createProject = accessRoute({ access: needs('create_projects'), method: 'post', path: `${base}/projects`, tags, summary: 'Makes a project', description: 'In an encrypted workspace the name comes as `sealed`.', request: { params: inWorkspace, body: bodyOf(newProjectSchema) }, responses: { 201: answerOf('It is there.', projectSchema), 402: overLimit, 404: notFound } });
const getProject = accessRoute({ access: needs('read_projects'), method: 'get', path: `${base}/projects/{projectId}`, tags, summary: 'One project', request: { params: aProject }, responses: { 200: answerOf('It is.', projectSchema), 404: notFound } });
const changeProject = accessRoute({ access: needs('read_projects'), method: 'patch', path: `${base}/projects/{projectId}`, tags, summary: 'Changes name, description or visibility', description: 'For who made it and who manages projects.', request: { params: aProject, body: bodyOf(projectChangeSchema) }, responses: { 200: answerOf('As it is now.', projectSchema), 404: notFound } });
const deleteProject = accessRoute({ access: needs('read_projects'), method: 'delete', path: `${base}/projects/{projectId}`, tags, summary: 'Deletes a project with its flows', description: 'It can be brought back for 30 days.', request: { params: aProject }, responses: { 200: answerOf('It is closed.', graceSchema), 404: notFound } });
const restoreProject = accessRoute({ access: needs('read_projects'), method: 'post', path: `${base}/projects/{projectId}/restore`, tags, summary: 'Brings a deleted project back', request: { params: aProject }, responses: { 200: answerOf('It is open again.', projectSchema), 402: overLimit, 404: notFound } });
const listProjectMembers = accessRoute({ access: needs('read_members'), method: 'get', path: `${base}/projects/{projectId}/members`, tags, summary: 'Who was put into the project', request: { params: aProject }, responses: { 200: answerOf('They are.', z.object({ members: z.array(projectMemberSchema) })), 404: notFound } });
const setProjectMember = accessRoute({ access: needs('read_projects'), method: 'put', path: `${base}/projects/{projectId}/members/{userId}`, tags, summary: 'Puts a member into the project, or gives them another role there', request: { params: aProjectMember, body: bodyOf(projectRoleSchema) }, responses: { 204: { description: 'They are.' }, 404: notFound } });
const removeProjectMember = accessRoute({ access: needs('read_projects'), method: 'delete', path: `${base}/projects/{projectId}/members/{userId}`, tags, summary: 'Takes a member out of the project', request: { params: aProjectMember }, responses: { 204: { description: 'They are out.' }, 404: notFound } });

const listFlows = accessRoute({ access: needs('read_projects'), method: 'get', path: `${base}/flows`, tags: ['flows'], summary: 'Shared flows that you see', request: { params: inWorkspace, query: deletedQuery.extend({ projectId: idSchema.optional(), ...pageQuery.shape }) }, responses: { 200: answerOf('They are, oldest first.', z.object({ flows: z.array(flowSchema), next: nextSchema })), 404: notFound } });
const shareFlow = accessRoute({
  access: needs('read_projects'),
  method: 'post',
  path: `${base}/flows`,
  tags: ['flows'],
  summary: 'Shares a flow: registers its log, from where its owner stands',
  description: 'Then join the log at `no` and send the snapshot of `no`; until it is there others hear LOG_NOT_READY. Numbers stay equal to those of the owner. In an encrypted workspace the name comes as `sealed`.',
  request: { params: inWorkspace, body: bodyOf(newFlowSchema) },
  responses: { 201: answerOf('The log can be joined.', flowSchema), 402: overLimit, 404: notFound, 409: conflict },
});
const changeFlow = accessRoute({ access: needs('read_projects'), method: 'patch', path: `${base}/flows/{logId}`, tags: ['flows'], summary: 'Renames, moves or hides a flow', description: 'Who edits it may rename it; to move or hide it is for who shared it and who manages projects.', request: { params: aFlow, body: bodyOf(flowChangeSchema) }, responses: { 200: answerOf('As it is now.', flowSchema), 404: notFound } });
const deleteFlow = accessRoute({ access: needs('read_projects'), method: 'delete', path: `${base}/flows/{logId}`, tags: ['flows'], summary: 'Ends the sharing of a flow', description: 'What people have on their devices stays there. It can be brought back for 30 days.', request: { params: aFlow }, responses: { 200: answerOf('Nobody joins it any more.', graceSchema), 404: notFound } });
const restoreFlow = accessRoute({ access: needs('read_projects'), method: 'post', path: `${base}/flows/{logId}/restore`, tags: ['flows'], summary: 'Shares a deleted flow again', request: { params: aFlow }, responses: { 200: answerOf('It can be joined again.', flowSchema), 404: notFound } });

/** Adds the routes of projects and flows. */
export function addProjectRoutes(app: ServerApp, { projects, flows }: WorkspaceModule): void {
  app.openapi(listProjects, async (context) => {
    const { deleted, ...page } = context.req.valid('query');
    const { rows, next } = await projects.list(context.get('principal'), context.req.valid('param').workspaceId, { deleted: deleted === 'true', ...page });
    return context.json({ projects: rows, next }, 200);
  });
  app.openapi(createProject, async (context) => context.json(await projects.create(context.get('principal'), context.req.valid('param').workspaceId, context.req.valid('json')), 201));
  app.openapi(getProject, async (context) => {
    const { workspaceId, projectId } = context.req.valid('param');
    return context.json(await projects.get(context.get('principal'), workspaceId, projectId), 200);
  });
  app.openapi(changeProject, async (context) => {
    const { workspaceId, projectId } = context.req.valid('param');
    return context.json(await projects.change(context.get('principal'), workspaceId, projectId, context.req.valid('json')), 200);
  });
  app.openapi(deleteProject, async (context) => {
    const { workspaceId, projectId } = context.req.valid('param');
    return context.json(await projects.remove(context.get('principal'), workspaceId, projectId), 200);
  });
  app.openapi(restoreProject, async (context) => {
    const { workspaceId, projectId } = context.req.valid('param');
    return context.json(await projects.restore(context.get('principal'), workspaceId, projectId), 200);
  });
  app.openapi(listProjectMembers, async (context) => {
    const { workspaceId, projectId } = context.req.valid('param');
    return context.json({ members: await projects.members(context.get('principal'), workspaceId, projectId) }, 200);
  });
  app.openapi(setProjectMember, async (context) => {
    const { workspaceId, projectId, userId } = context.req.valid('param');
    await projects.setMember(context.get('principal'), workspaceId, projectId, userId, context.req.valid('json').role);
    return context.body(null, 204);
  });
  app.openapi(removeProjectMember, async (context) => {
    const { workspaceId, projectId, userId } = context.req.valid('param');
    await projects.removeMember(context.get('principal'), workspaceId, projectId, userId);
    return context.body(null, 204);
  });
  app.openapi(listFlows, async (context) => {
    const { deleted, projectId, ...page } = context.req.valid('query');
    const { rows, next } = await flows.list(context.get('principal'), context.req.valid('param').workspaceId, { projectId, deleted: deleted === 'true', ...page });
    return context.json({ flows: rows, next }, 200);
  });
  app.openapi(shareFlow, async (context) => context.json(await flows.share(context.get('principal'), context.req.valid('param').workspaceId, context.req.valid('json')), 201));
  app.openapi(changeFlow, async (context) => {
    const { workspaceId, logId } = context.req.valid('param');
    return context.json(await flows.change(context.get('principal'), workspaceId, logId, context.req.valid('json')), 200);
  });
  app.openapi(deleteFlow, async (context) => {
    const { workspaceId, logId } = context.req.valid('param');
    return context.json(await flows.remove(context.get('principal'), workspaceId, logId), 200);
  });
  app.openapi(restoreFlow, async (context) => {
    const { workspaceId, logId } = context.req.valid('param');
    return context.json(await flows.restore(context.get('principal'), workspaceId, logId), 200);
  });
}
