import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Currency, PersonName, Time, TimeZone, Workspace } from '../schema.ts'

export const CreateWorkspace = action({
  name: 'workspaces.create',
  does: 'Makes another workspace, with whoever asks as its administrator. For people who administer a workspace already.',
  may: 'self',
  route: 'POST /api/workspaces',
  input: z.object({ name: PersonName, timezone: TimeZone.default('UTC'), currency: Currency.default('EUR') }),
  output: z.object({ workspace: Workspace, /** Public: goes into web pages and apps. */ writeKey: z.string() }),
})

export const LeaveWorkspace = action({
  name: 'workspace.leave',
  does: 'Leaves the workspace. The last administrator cannot.',
  may: 'self',
  route: 'POST /api/workspaces/:id/leave',
  input: z.object({ id: z.string().min(1) }),
  output: z.object({ done: z.literal(true) }),
})

export const DeleteWorkspace = action({
  name: 'workspace.delete',
  does: 'Ends a workspace for good: nobody enters it, nothing more is sent, and within minutes its people, events and documents are erased. The audit log stays.',
  may: 'workspace:admin',
  route: 'DELETE /api/workspace',
  input: z.object({ /** Its name, so that nobody does it by accident. */ name: z.string().min(1).max(120) }),
  output: z.object({ deletedAt: Time }),
  audited: true,
})

export const DeletionEffect = action({
  name: 'workspace.deletion_effect',
  does: 'Tells what deleting the workspace would end: members, people, journeys that run, messages that wait.',
  may: 'workspace:admin',
  route: 'GET /api/workspace/deletion',
  input: z.object({}),
  output: z.object({ members: z.int(), profiles: z.int(), documents: z.int(), waiting: z.int() }),
})
