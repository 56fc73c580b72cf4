import { getRouteApi } from '@tanstack/react-router'
import { useCallback } from 'react'
import { AccountList } from '#accounts/ui/account-list.tsx'
import { AccountPage } from '#accounts/ui/account-page.tsx'

const companies = getRouteApi('/inside/companies')
const company = getRouteApi('/inside/companies/$id')

export function CompaniesPage() {
  const { q } = companies.useSearch()
  const navigate = companies.useNavigate()
  return <AccountList q={q} onSearch={useCallback((text: string) => void navigate({ search: { q: text }, replace: true }), [navigate])} />
}

export const CompanyPage = () => <AccountPage {...company.useSearch()} id={company.useParams().id} />
