import { getRouteApi } from '@tanstack/react-router'
import { BrandPage } from '#content/ui/brand-page.tsx'
import { ContentStudio } from '#content/ui/content-studio.tsx'
import { PageEditor } from '#content/ui/page-editor.tsx'
import { SnippetPage } from '#content/ui/snippet-page.tsx'
import { TemplateResults } from './template-results.tsx'

const one = getRouteApi('/inside/content/templates/$id')
const snippet = getRouteApi('/inside/content/snippets/$id')
const brand = getRouteApi('/inside/content/brands/$id')
const page = getRouteApi('/inside/content/pages/$id')

export function TemplatePage() {
  const { id } = one.useParams()
  const navigate = one.useNavigate()
  return (
    <ContentStudio
      key={id}
      id={id}
      search={one.useSearch()}
      onSearch={(search) => void navigate({ search, replace: true })}
      results={<TemplateResults id={id} />}
    />
  )
}

export function OneSnippetPage() {
  const { id } = snippet.useParams()
  return <SnippetPage key={id} id={id} />
}

export function OneBrandPage() {
  const { id } = brand.useParams()
  return <BrandPage key={id} id={id} />
}

export function OnePagePage() {
  const { id } = page.useParams()
  return <PageEditor key={id} id={id} />
}
