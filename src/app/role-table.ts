import { z } from 'zod'
import { type Action, action, type Permission } from '#lib/action.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { ROLE_PERMISSIONS, Role, Scope } from '#workspaces/schema.ts'

const FREE: readonly Permission[] = ['public', 'self', 'signed-in']

export const ListRoles = action({
  name: 'roles.list',
  does: 'Shows what each role may do: its permissions, and which actions each permission opens.',
  may: 'signed-in',
  route: 'GET /api/roles',
  input: z.object({}),
  output: z.object({
    roles: z.array(z.object({ role: Role, permissions: z.array(Scope) })),
    permissions: z.array(z.object({ permission: Scope, actions: z.array(z.object({ name: z.string(), does: z.string() })) })),
  }),
})

/** What everybody may do, and then by permission; an action of a permission that nobody can hold is a fault of the programme. */
export function roleTable(actions: readonly Action[]) {
  return {
    roles: Role.options.map((role) => ({ role, permissions: [...ROLE_PERMISSIONS[role]] })),
    permissions: Scope.options.map((permission) => ({
      permission,
      actions: actions.filter(({ may }) => may === permission).map(({ name, does }) => ({ name, does })),
    })),
  }
}

/** Permissions that some role holds, and those that need no grant: what an action may ask for. */
export const GRANTED: ReadonlySet<Permission> = new Set<Permission>([...FREE, ...Object.values(ROLE_PERMISSIONS).flat()])

export const roleBindings = (actions: () => readonly Action[]): Binding[] => [bind(ListRoles, async () => roleTable(actions()))]

const SAID: Readonly<Partial<Record<Permission, string>>> = {
  public: 'anybody',
  self: 'whoever is signed in, for themselves',
  'signed-in': 'whoever is signed in to the workspace; some ask for more, by what is concerned',
}

/** `docs/roles.md`: every route with who may call it. */
export function roleTableText(actions: readonly Action[]): string {
  const roles = Role.options
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const holds = (role: Role, permission: Permission): boolean =>
    FREE.includes(permission) || ROLE_PERMISSIONS[role].includes(permission as Scope)
  const permissions = [...FREE, ...Scope.options]
  return [
    '# Roles and routes',
    '',
    'Written by `node scripts/write-roles.ts` from the declared actions; a test holds it equal. The server does not start with a route that is not here, and refuses whatever is not granted.',
    'A secret key holds the permissions that were chosen for it, and never more than whoever made it.',
    '',
    '## Roles by permission',
    '',
    row(['Permission', ...roles]),
    row(['---', ...roles.map(() => ':-:')]),
    ...Scope.options.map((permission) => row([`\`${permission}\``, ...roles.map((role) => (holds(role, permission) ? '●' : ''))])),
    '',
    '## Routes by permission',
    ...permissions.flatMap((permission) => {
      const mine = actions.filter(({ may }) => may === permission).toSorted((a, b) => (a.route < b.route ? -1 : 1))
      const who = SAID[permission] ?? roles.filter((role) => holds(role, permission)).join(', ')
      return [
        '',
        `### \`${permission}\``,
        '',
        `For: ${who}.`,
        ...(mine.length === 0 ? [] : ['', row(['Route', 'What it does']), row(['---', '---'])]),
        ...mine.map(({ route, does }) => row([`\`${route}\``, does.replaceAll('|', '\\|')])),
      ]
    }),
    '',
  ].join('\n')
}
