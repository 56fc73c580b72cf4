import { getRouteApi } from '@tanstack/react-router'
import { type Campaign, campaignOf } from '#journeys/campaigns/form.ts'
import { ButtonLink } from '#kit/button.tsx'
import { Page } from '#kit/page.tsx'
import { CAMPAIGNS, toJourney } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import { zoneInUse } from '#kit/zone.ts'
import { useStored } from '../rules/use-document.ts'
import { CampaignForm } from './form.tsx'
import { CAMPAIGN_WORDS } from './words.ts'

const one = getRouteApi('/inside/campaigns/$id')

const blank = (): Campaign => ({
  name: '',
  audience: { kind: 'segment', id: '' },
  without: [],
  channel: 'email',
  messages: [''],
  when: { kind: 'once', at: '' },
  zone: zoneInUse(),
  fallbackZone: zoneInUse(),
  best: false,
  goal: { event: '', within: '7d', value: '' },
  holdout: 10,
})

export const NewCampaignPage = () => <CampaignForm id="" stored={blank()} />

export function CampaignPage() {
  const { id } = one.useParams()
  const say = useWords(CAMPAIGN_WORDS)
  const stored = useStored({ kind: 'journey', id })
  return (
    <Loaded query={stored} lines={8}>
      {({ body, live, isDraft }) => {
        if (body === null)
          return (
            <Page title={id} up={{ label: say.campaigns, href: CAMPAIGNS }}>
              <Empty title={say.noSuchCampaign} />
            </Page>
          )
        const campaign = campaignOf(body)
        return campaign ? (
          <CampaignForm key={`${id} ${live} ${isDraft}`} id={id} stored={campaign} />
        ) : (
          <Page title={id} up={{ label: say.campaigns, href: CAMPAIGNS }}>
            <Empty title={say.notACampaign} action={<ButtonLink href={toJourney(id)}>{say.toStudio}</ButtonLink>} />
          </Page>
        )
      }}
    </Loaded>
  )
}
