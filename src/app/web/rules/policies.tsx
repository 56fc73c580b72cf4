import { ApprovalPolicy } from '#approvals/schema.ts'
import { Policy } from '#consent/policies/schema.ts'
import { TabLinks } from '#kit/page.tsx'
import { POLICIES } from '#kit/paths.ts'
import { useWords } from '#kit/words.ts'
import { ApprovalPolicies } from './approval-policies.tsx'
import { OwnDocuments } from './own-documents.tsx'
import { Packs } from './packs.tsx'
import { POLICY_WORDS } from './policies-words.ts'
import { APPROVAL_FORM, POLICY_FORM } from './policy-form-words.ts'
import { useQueryText, withView } from './use-view.ts'
import { Verdicts } from './verdicts.tsx'

const VIEWS = ['packs', 'own', 'approvals', 'verdicts'] as const

const today = (): string => Temporal.Now.plainDateISO('UTC').toString()

/** Rules of law, rules of the house, who must approve what, and what the rules have said. */
export function Policies() {
  const say = useWords(POLICY_WORDS)
  const { view = 'packs' } = useQueryText()
  return (
    <div className="flex min-w-0 flex-col gap-5">
      <TabLinks
        label={say.views}
        tabs={VIEWS.map((each) => ({
          label: say[each],
          href: withView(POLICIES, { view: each === 'packs' ? undefined : each }),
          current: view === each,
        }))}
      />
      {view === 'own' && (
        <OwnDocuments
          kind="policy"
          schema={Policy}
          words={POLICY_FORM}
          needs="policies:publish"
          blank={{ rule: { kind: 'wording', forbid: [] }, citation: '', owner: '', name: '', effective: { from: today() } }}
          path={withView(POLICIES, { view: 'own' })}
          text={{ add: say.newRule, none: say.noRules, more: say.noRulesMore }}
        />
      )}
      {view === 'approvals' && (
        <>
          <ApprovalPolicies />
          <OwnDocuments
            kind="approval-policy"
            schema={ApprovalPolicy}
            words={APPROVAL_FORM}
            needs="policies:publish"
            blank={{ when: [{ kind: 'reach', people: 10_000 }], quorum: 1 }}
            path={withView(POLICIES, { view: 'approvals' })}
            text={{ add: say.approvalPolicy, none: '', more: '' }}
          />
        </>
      )}
      {view === 'verdicts' && <Verdicts />}
      {view === 'packs' && <Packs />}
    </div>
  )
}
