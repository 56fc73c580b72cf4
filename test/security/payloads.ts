import type { Browser, Page } from 'playwright-core'
import type { Town } from './town.ts'

/** What every payload would do, if it ran. */
export const RUN = 'window.harmed=1'
/** Forty ways of writing a script. */
export const PAYLOADS: readonly string[] = [
  `<script>${RUN}</script>`,
  `<SCRIPT>${RUN}</SCRIPT>`,
  `<scr<script>ipt>${RUN}</scr</script>ipt>`,
  `"><script>${RUN}</script>`,
  `'><script>${RUN}</script>`,
  `</script><script>${RUN}</script>`,
  `</title><script>${RUN}</script>`,
  `</textarea><script>${RUN}</script>`,
  `--><script>${RUN}</script>`,
  `]]><script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `<img src=x onerror=${RUN}//`,
  `<img/src=x/onerror=${RUN}>`,
  `<img src="x" onerror\n=${RUN}>`,
  `"><img src=x onerror=${RUN}>`,
  `<svg onload=${RUN}>`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<math><mtext></mtext><mglyph><style><img src=x onerror=${RUN}></style></mglyph></math>`,
  `<body onload=${RUN}>`,
  `<iframe src="javascript:parent.${RUN}"></iframe>`,
  `<iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `<object data="javascript:${RUN}"></object>`,
  `<embed src="javascript:${RUN}">`,
  `<a href="javascript:${RUN}">x</a>`,
  `<a href="java\tscript:${RUN}">x</a>`,
  `<a href="data:text/html,<script>${RUN}</script>">x</a>`,
  `<form action="javascript:${RUN}"><button>x</button></form>`,
  `<button formaction="javascript:${RUN}">x</button>`,
  `<input autofocus onfocus=${RUN}>`,
  `<details open ontoggle=${RUN}>`,
  `<video><source onerror=${RUN}></video>`,
  `<marquee onstart=${RUN}>`,
  `<style>@import "https://evil.test/x.css"</style>`,
  `<link rel=stylesheet href="https://evil.test/x.css">`,
  `<meta http-equiv=refresh content="0;url=https://evil.test">`,
  `<base href="https://evil.test/">`,
  `{{constructor.constructor('${RUN}')()}}`,
  `\${${RUN}}`,
  `\u2028<script>${RUN}</script>\u202e`,
]
/** Opens screens in one browser, and tells what ran, what the policy had to stop, and who was asked for something outside. */
export async function walkIn(town: Town, browser: Browser, paths: readonly string[]): Promise<string[]> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1200 }, reducedMotion: 'reduce' })
  const [name = '', value = ''] = town.cookies.admin.split(';')[0]!.split(/=(.*)/s)
  await context.addCookies([{ name, value, url: town.world.url }])
  const page = await context.newPage()
  const harm: string[] = []
  page.on('dialog', (dialog) => {
    harm.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (line) => {
    if (/Content Security Policy|Refused to|Blocked script/i.test(line.text())) harm.push(line.text())
  })
  page.on('request', (each) => {
    if (!each.url().startsWith(town.world.url) && !/^(data|blob|about):/.test(each.url())) harm.push(`request to ${each.url()}`)
  })
  const found: string[] = []
  for (const path of paths) {
    await page.goto(town.world.url + path)
    await page.waitForLoadState('networkidle')
    if (await ran(page)) harm.push('a script ran')
    found.push(...harm.splice(0).map((each) => `${path}: ${each}`))
  }
  await context.close()
  return found
}
const ran = (page: Page): Promise<boolean> => page.evaluate('"harmed" in window') as Promise<boolean>
