import { ButtonLink } from '#kit/button.tsx'
import { HOME } from '#kit/paths.ts'

export function NotFound() {
  return (
    <main className="flex flex-col items-center gap-3 px-4 py-[16vh] text-center">
      <h1 className="text-h1">There is no such page</h1>
      <p className="mb-2 text-ink-2">The address may be mistyped, or what it showed is gone.</p>
      <ButtonLink href={HOME}>Go to Home</ButtonLink>
    </main>
  )
}
