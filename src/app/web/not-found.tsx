import { ButtonLink } from '#kit/button.tsx'
import { HOME } from '#kit/paths.ts'
import { Empty } from '#kit/states.tsx'

export function NotFound() {
  return (
    <main>
      <Empty title="There is no such page" action={<ButtonLink href={HOME}>Go to Home</ButtonLink>}>
        The address may be mistyped, or what it showed is gone.
      </Empty>
    </main>
  )
}
