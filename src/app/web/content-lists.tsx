import { getRouteApi } from '@tanstack/react-router'
import { BrandList } from '#content/ui/brand-list.tsx'
import { CouponList } from '#content/ui/coupon-list.tsx'
import { PageList } from '#content/ui/page-list.tsx'
import { type ProductFilter, ProductList } from '#content/ui/product-list.tsx'
import { SnippetList } from '#content/ui/snippet-list.tsx'
import { type TemplateFilter, TemplateList } from '#content/ui/template-list.tsx'

const templates = getRouteApi('/inside/content')
const snippets = getRouteApi('/inside/content/snippets')
const brands = getRouteApi('/inside/content/brands')
const products = getRouteApi('/inside/content/products')
const pages = getRouteApi('/inside/content/pages')

export function TemplatesPage() {
  const navigate = templates.useNavigate()
  return (
    <TemplateList
      filter={templates.useSearch()}
      onFilter={(search: TemplateFilter) => void navigate({ search, replace: true })}
      onOpen={(href) => void navigate({ href })}
    />
  )
}

export function SnippetsPage() {
  const navigate = snippets.useNavigate()
  return <SnippetList onOpen={(href) => void navigate({ href })} />
}

export function BrandsPage() {
  const navigate = brands.useNavigate()
  return <BrandList onOpen={(href) => void navigate({ href })} />
}

export function ProductsPage() {
  const navigate = products.useNavigate()
  return <ProductList filter={products.useSearch()} onFilter={(search: ProductFilter) => void navigate({ search, replace: true })} />
}

export const CouponsPage = () => <CouponList />

export function PagesPage() {
  const navigate = pages.useNavigate()
  return <PageList onOpen={(href) => void navigate({ href })} />
}
