import mjml2html from 'mjml'
import { type Refusal, refuse } from '#lib/problem.ts'

interface MjmlFault {
  readonly line?: number
  readonly message: string
}

/** Compiles MJML to HTML; files are never read, and any unknown tag or attribute is refused with its line. */
export async function htmlOf(mjml: string): Promise<string | Refusal> {
  try {
    const { html } = await mjml2html(mjml, {
      validationLevel: 'strict',
      ignoreIncludes: true,
      minify: false,
      keepComments: false,
      fonts: {},
    } as never)
    return html
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const faults = (error as Error & { errors?: readonly MjmlFault[] }).errors ?? [{ message: error.message }]
    return refuse({
      code: 'template.mjml',
      status: 422,
      title: 'The body is not valid MJML',
      hint: 'Mend the tag on this line; tags between sections, also Liquid ones, stand in <mj-raw>.',
      problems: faults.map((fault) => ({
        code: 'template.mjml',
        status: 422,
        title: fault.message,
        at: fault.line === undefined ? '/mjml' : `/mjml:${fault.line}`,
      })),
    })
  }
}
