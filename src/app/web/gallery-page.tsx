import { getRouteApi, useRouter } from '@tanstack/react-router'
import { Suspense, useMemo } from 'react'
import { ListGallery } from '#journeys/gallery-api.ts'
import { useRead } from '#kit/api.ts'
import { lazyPart } from '#kit/lazy-part.tsx'
import { useMay } from '#kit/me.ts'
import { Page, TabLinks } from '#kit/page.tsx'
import { JOURNEYS, toGallery } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { GalleryCard, type Template } from './gallery/card.tsx'
import { useWorkspaceData } from './gallery/drafts.ts'
import { StartOtherwise } from './gallery/start.tsx'
import { useGalleryWords } from './gallery/words.ts'

const TemplateDialog = lazyPart(() => import('./gallery/template-dialog.tsx'), 'TemplateDialog')
const route = getRouteApi('/inside/journeys/new')

/** Ways to begin a journey: templates with what they need of this workspace's data, blank, a file, a copy. */
export function GalleryPage() {
  const say = useGalleryWords()
  const { for: group, open } = route.useSearch()
  const router = useRouter()
  const gallery = useRead(ListGallery, {})
  const data = useWorkspaceData()
  const writes = useMay('documents:write')
  const groups = useMemo(() => [...new Set(gallery.data?.templates.map((each) => each.group))], [gallery.data])
  const go = (id: string | undefined) => router.history.push(toGallery({ for: group, open: id }))
  return (
    <Page title={say.title} lead={say.lead} up={{ label: say.journeys, href: JOURNEYS }}>
      {writes ? <StartOtherwise /> : <p className="mb-6 rounded-card bg-sunken p-3">{say.readOnly}</p>}
      <h2 className="mt-8 mb-2 text-h2">{say.templates}</h2>
      <Loaded query={gallery} lines={8}>
        {({ templates }) => {
          const shown = templates.filter((each) => group === undefined || each.group === group)
          const chosen = templates.find((each) => each.id === open) as Template | undefined
          return (
            <>
              <TabLinks
                label={say.groups}
                className="mb-4"
                tabs={[undefined, ...groups].map((each) => ({
                  label: each === undefined ? say.all : (say.group[each] ?? each),
                  current: each === group,
                  href: toGallery({ for: each }),
                }))}
              />
              <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
                {shown.map((each) => (
                  <GalleryCard key={each.id} template={each as Template} data={data} onOpen={() => go(each.id)} />
                ))}
              </ul>
              <Suspense>
                {chosen && <TemplateDialog template={chosen} data={data} writes={writes} onClose={() => go(undefined)} />}
              </Suspense>
            </>
          )
        }}
      </Loaded>
    </Page>
  )
}
