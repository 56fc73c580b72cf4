import type { Plant } from '../plant.ts'

export const CATALOGUE_PLANTS: readonly Plant[] = [
  {
    rule: 'catalogue',
    what: 'a text between tags',
    path: 'src/journeys/ui/x.tsx',
    bad: `export const X = () => (\n  <p>\n    Nothing here\n  </p>\n)\n`,
    good: `export const X = () => <p>{say.nothing}: · {n} <b>–</b></p>\nexport class Y extends Map<string, Z<X> > {}\n`,
    at: 2,
  },
  {
    rule: 'catalogue',
    what: 'a text before a value',
    path: 'src/app/web/x.tsx',
    bad: `export const X = () => <p>Next: {n}</p>\n`,
    good: `export const X = () => <p>{say.next(n)}</p>\n`,
  },
  {
    rule: 'catalogue',
    what: 'an attribute that is read out',
    path: 'src/kit/x.tsx',
    bad: `export const X = () => <nav aria-label="Main" />\n`,
    good: `export const X = () => <nav aria-label={say.main} className="main" type="button" />\n`,
  },
  {
    rule: 'catalogue',
    what: 'a property of a part that is read, in braces',
    path: 'src/segments/ui/x.tsx',
    bad: `export const X = () => <Field label={'Name'} />\n`,
    good: `export const X = () => <><Field label={say.name} name="name" /><Link label="PDF" /></>\n`,
  },
]
