import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Reload, startReload } from '../../src/cli/reload/server.ts'
import { type Browser, CHROMIUM, type Page, startBrowser } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'

/** A forum of one page. */
interface Forum {
  readonly origin: string
  /** What is served, by path without query; what is not there is 404. */
  readonly files: Map<string, string>
  /** All that was asked for, with queries. */
  readonly asked: string[]
  /** Answers for this path are kept back until it is called. */
  hold(path: string): () => void
}

async function forum(files: Record<string, string>): Promise<Forum> {
  const served = new Map(Object.entries(files))
  const asked: string[] = []
  const held = new Map<string, (() => void)[]>()
  const answer = (response: ServerResponse, path: string): void => {
    const text = served.get(path)
    response.writeHead(text === undefined ? 404 : 200, { 'Content-Type': /css/.test(path) ? 'text/css' : 'text/html', 'Cache-Control': 'max-age=3600' })
    response.end(text)
  }
  const server = createServer((request, response) => {
    asked.push(request.url!)
    const path = request.url!.split('?')[0]!
    const waiting = held.get(path)
    if (waiting) waiting.push(() => answer(response, path))
    else answer(response, path)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    files: served,
    asked,
    hold(path) {
      held.set(path, [])
      return () => {
        const waiting = held.get(path)!
        held.delete(path)
        for (const answerNow of waiting) answerNow()
      }
    },
  }
}

const color = (value: string): string => `getComputedStyle(document.body).color === '${value}'`
const background = (value: string): string => `getComputedStyle(document.body).backgroundColor === '${value}'`
const [RED, GREEN, BLUE] = ['rgb(255, 0, 0)', 'rgb(0, 128, 0)', 'rgb(0, 0, 255)']

/** The order of the page's stylesheets, without queries; what is still loading included. */
const SHEETS = `[...document.querySelectorAll('link')].map((link) => new URL(link.href).pathname.split('/').pop()).join(' ')`

/** Nothing but a page that was not loaded again has it. */
const MARKED = 'window.marker === 1'

describe.skipIf(CHROMIUM === undefined)('a page in Chromium (skipped where there is none)', () => {
  const profile = mkdtempSync(join(tmpdir(), 'rowtree-browser-'))
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser(profile)
  })
  afterAll(async () => {
    await browser.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 20 })
  })

  /** A page that listens, with a mark. */
  async function opened(head: string, files: Record<string, string>): Promise<{ page: Page; reload: Reload; site: Forum }> {
    const reload = await startReload({ port: 0 })
    onTestFinished(() => reload.close())
    const site = await forum({ '/': `<!doctype html><head>${head}${reload.script}${reload.script}</head><body><input id="name"><p>one</p>`, ...files })
    const page = await browser.open(`${site.origin}/`)
    onTestFinished(() => page.close())
    await page.until(`window.rowtreeReload === true && document.readyState === 'complete'`)
    await page.evaluate(`window.marker = 1; document.querySelector('#name').value = 'typed'`)
    return { page, reload, site }
  }

  const GLOBAL = '/cache/themes/theme1/global.min.css'
  const LINK = `<link rel="stylesheet" media="screen" href="${GLOBAL}?t=1">`

  it('swaps a stylesheet and keeps everything else', async () => {
    const last = '/cache/themes/theme1/last.css'
    const { page, reload, site } = await opened(`${LINK}<link rel="stylesheet" href="${last}">`, {
      [GLOBAL]: 'body { color: red; background: red }',
      [last]: 'body { background: green }',
    })
    await page.until(`${color(RED)} && ${background(GREEN)}`)
    for (const [name, value] of [['blue', BLUE], ['green', GREEN]] as const) {
      site.files.set(GLOBAL, `body { color: ${name}; background: red }`)
      reload.tell(['styles/Default/global.css'])
      await page.until(color(value))
      await page.until(`${SHEETS} === 'global.min.css last.css'`)
    }
    // The one that comes later still wins, and what did not change was not asked for.
    expect(await page.evaluate(background(GREEN))).toBe(true)
    expect(await page.evaluate(`document.querySelector('link').media`)).toBe('screen')
    expect(await page.evaluate(`document.querySelector('#name').value`)).toBe('typed')
    expect(await page.evaluate(MARKED)).toBe(true)
    expect(site.asked.filter((url) => url.startsWith(last))).toEqual([last])
    expect(site.asked.filter((url) => url.startsWith(GLOBAL)).slice(1)).toEqual([1, 2].map(() => expect.stringMatching(/\?t=1&rowtree=\d+$/)))
  })

  it('the old stylesheet stays until the new one is there, and where there is none', async () => {
    const { page, reload, site } = await opened(LINK, { [GLOBAL]: 'body { color: red }' })
    await page.until(color(RED))
    const release = site.hold(GLOBAL)
    site.files.delete(GLOBAL)
    reload.tell(['global.css'])
    await eventually('the new one is asked for', () => site.asked.filter((url) => url.startsWith(GLOBAL)).length === 2)
    expect(await page.evaluate(`${color(RED)} && document.querySelectorAll('link').length === 2`)).toBe(true)
    release()
    await page.until(`document.querySelectorAll('link').length === 1`)
    expect(await page.evaluate(`${color(RED)} && ${MARKED}`)).toBe(true)
    site.files.set(GLOBAL, 'body { color: blue }')
    reload.tell(['global.css'])
    await page.until(`${color(BLUE)} && document.querySelectorAll('link').length === 1`)
  })

  it('a change while the last one is still loading', async () => {
    const { page, reload, site } = await opened(LINK, { [GLOBAL]: 'body { color: red }' })
    await page.until(color(RED))
    const release = site.hold(GLOBAL)
    for (const count of [2, 3]) {
      reload.tell(['global.css'])
      await eventually('it is asked for', () => site.asked.filter((url) => url.startsWith(GLOBAL)).length === count)
    }
    site.files.set(GLOBAL, 'body { color: blue }')
    release()
    await page.until(`${color(BLUE)} && document.querySelectorAll('link').length === 1`)
    expect(await page.evaluate(MARKED)).toBe(true)
  })

  it('all stylesheets of this machine where none has the name, and keeps who is switched off', async () => {
    const { page, reload, site } = await opened(
      `<link rel="stylesheet" href="/css.php?stylesheet%5B0%5D=1"><link rel="stylesheet" href="http://site.invalid/theirs.css"><link rel="stylesheet" id="off" href="/off.css">`,
      { '/css.php': 'body { color: red }', '/off.css': 'body { color: green }' },
    )
    await page.until(color(GREEN))
    await page.evaluate(`document.querySelector('#off').sheet.disabled = true`)
    await page.until(color(RED))
    await page.evaluate(`window.added = []; new MutationObserver((all) => added.push(...all.flatMap((one) => [...one.addedNodes].map((node) => node.href)))).observe(document.head, { childList: true })`)
    site.files.set('/css.php', 'body { color: blue }')
    reload.tell(['styles/Default/usercp.css'])
    await page.until(`${color(BLUE)} && ${SHEETS} === 'css.php theirs.css off.css' && document.querySelector('#off').href.includes('rowtree=')`)
    expect(await page.evaluate(`${color(BLUE)} && ${MARKED}`)).toBe(true)
    expect(site.asked.filter((url) => url.startsWith('/css.php'))[1]).toMatch(/^\/css\.php\?stylesheet%5B0%5D=1&rowtree=\d+$/)
    const added = (await page.evaluate('added')) as string[]
    expect(added.map((url) => new URL(url).pathname)).toEqual(['/css.php', '/off.css'])
  })

  it.each([['a template', ['templates/Default/header.html']], ['a template among stylesheets', ['global.css', 'header.html']]])('loads the page again for %s', async (_, paths) => {
    const { page, reload, site } = await opened(LINK, { [GLOBAL]: 'body { color: red }' })
    site.files.set('/', site.files.get('/')!.replace('<p>one', '<p>two'))
    reload.tell(paths)
    await page.until(`document.querySelector('p')?.textContent === 'two'`)
    expect(await page.evaluate('window.marker')).toBeUndefined()
    expect(site.asked.filter((url) => url === '/')).toHaveLength(2)
  })

  it('loads a page without stylesheets again', async () => {
    const { page, reload, site } = await opened('<style>body { color: red }</style>', {})
    reload.tell(['global.css'])
    await page.until(`window.marker === undefined && document.readyState === 'complete'`)
    expect(site.asked.filter((url) => url === '/')).toHaveLength(2)
  })

  it('a hidden page does not listen, and hears what it missed when it is seen', async () => {
    const recorder = `<script>window.sources = []; EventSource = class extends EventSource { constructor(url) { super(url); sources.push(this) } }</script>`
    const { page, reload, site } = await opened(recorder + LINK, { [GLOBAL]: 'body { color: red }' })
    const show = (state: string): Promise<unknown> =>
      page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`)
    await page.until(color(RED))
    expect(await page.evaluate(`sources.length === 1 && sources[0].readyState !== EventSource.CLOSED`)).toBe(true)
    await show('hidden')
    expect(await page.evaluate(`sources.length === 1 && sources[0].readyState === EventSource.CLOSED`)).toBe(true)
    site.files.set(GLOBAL, 'body { color: blue }')
    reload.tell(['global.css'])
    await show('visible')
    await page.until(`${color(BLUE)} && ${MARKED}`)
    // What it heard it does not ask for again.
    await show('hidden')
    await show('visible')
    expect(await page.evaluate(`sources.map(({ url }) => Number(url.split('-').pop())).join(' ')`)).toBe('0 0 1')
  })

  it('a session that comes back finds its pages, and loads none of them again', async () => {
    const { page, reload, site } = await opened(LINK, { [GLOBAL]: 'body { color: red }' })
    await page.until(color(RED))
    reload.tell(['other.css'])
    await reload.close()
    const again = await startReload({ port: Number(new URL(reload.url).port) })
    onTestFinished(() => again.close())
    site.files.set(GLOBAL, 'body { color: blue }')
    await eventually('the page is back', () => {
      again.tell(['global.css'])
      return page.evaluate(color(BLUE)) as Promise<boolean>
    })
    expect(await page.evaluate(MARKED)).toBe(true)
    expect(site.asked.filter((url) => url === '/')).toHaveLength(1)
  })
})
