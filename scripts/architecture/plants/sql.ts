// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the planted sources hold templates
import type { Plant } from '../plant.ts'

export const SQL_PLANTS: readonly Plant[] = [
  {
    rule: 'table-owner',
    what: 'a table without owner',
    path: 'migrations/postgres/0002.sql',
    bad: `-- owner: platform\ncreate table a (id text);\n\n-- What happened.\ncreate table b (id text);\n`,
    good: `-- owner: platform\n-- What happened.\ncreate table b (id text);\n`,
    at: 5,
  },
  {
    rule: 'sql-place',
    what: 'SQL in the actions',
    path: 'src/profiles/actions.ts',
    bad: `const a = 1\nconst q = 'select id from identities'\n`,
    good: `const q = 'select id from identities'\n`,
    goodPath: 'src/profiles/store.ts',
    at: 2,
  },
  {
    rule: 'sql-place',
    what: 'SQL in capitals over lines',
    path: 'src/app/project.ts',
    bad: 'const q = `\n  INSERT INTO outbox\n  VALUES (${1})`\n',
    good: 'const q = `\n  INSERT INTO outbox\n  VALUES (${1})`\n',
    goodPath: 'src/app/engine-store.ts',
  },
  {
    rule: 'sql-place',
    what: 'SQL in a pure file',
    path: 'src/journeys/check.ts',
    bad: `const q = 'update outbox set id = 1'\n`,
    good: `const says = 'Select a journey from the list, then update it. Select one and delete from it.'\n`,
  },
  {
    rule: 'foreign-table',
    what: 'a store names the table of another',
    path: 'src/journeys/store.ts',
    bad: `const q = 'select id from identities'\n`,
    good: `const q = 'select id from transitions'\n`,
  },
  {
    rule: 'foreign-table',
    what: 'a store joins the table of the platform',
    path: 'src/profiles/store.ts',
    bad: `const q = 'select 1 from identities join outbox using (id)'\n`,
    good: `const q = 'with outbox_ids as (select id from identities) select id from outbox_ids'\n`,
  },
  {
    rule: 'foreign-table',
    what: 'a store writes facts',
    path: 'src/measurement/store.ts',
    bad: `const q = 'insert into transitions (id) values (1)'\n`,
    good: `const q = 'select count() from transitions'\n`,
  },
  {
    rule: 'foreign-table',
    what: 'the platform names the table of a capability',
    path: 'src/platform/x.ts',
    bad: `const q = 'delete from identities'\n`,
    good: `const q = 'delete from outbox'\n`,
  },
]
