/**
 * The script that a page includes: it listens, swaps stylesheets in place, and loads the page again for all else.
 *
 * A stylesheet is swapped by a copy of its `<link>` with another query; the old one goes when the copy has loaded, and stays when it cannot
 * be loaded. Which links: those whose file has the name of a changed path, minified or not; and if a changed path has no such link, every one of the
 * page's own origin or of this machine, because a forum may serve its stylesheets as `css.php?stylesheet=3`. A page without any is loaded again.
 * While a page is hidden it does not listen, since browsers open only six connections to one server, however many tabs there are; it
 * asks for what it missed when it is seen again.
 *
 * @param id of the last event that happened before the page loaded this
 */
export function clientScript(id: string): string {
  return SOURCE.replace('LAST', () => JSON.stringify(id))
}

const SOURCE = String.raw`(() => {
  if (window.rowtreeReload) return
  window.rowtreeReload = true
  const server = new URL('/events', document.currentScript.src)
  const swapping = new Map()
  let last = LAST
  let source
  let reloading
  let stamp = 0

  const reload = () => { reloading ??= setTimeout(() => { reloading = undefined; location.reload() }, 50) }

  const isLocal = ({ origin, hostname }) => origin === location.origin || /^(127\.0\.0\.1|\[::1\]|(.+\.)?(localhost|test|local))$/.test(hostname)

  const nameOf = (link) => new URL(link.href).pathname.split('/').pop().replace(/\.min\.css$/i, '.css')

  const linksOf = (paths) => {
    const copies = new Set(swapping.values())
    const links = [...document.querySelectorAll('link[rel~="stylesheet" i][href]')]
      .filter((link) => !copies.has(link) && /^https?:/.test(link.href))
    const names = paths.map((path) => path.split('/').pop().replace(/\.min\.css$/i, '.css'))
    const found = new Set()
    for (const name of names) {
      const named = links.filter((link) => [name, encodeURIComponent(name), encodeURI(name)].includes(nameOf(link)))
      for (const link of named.length > 0 ? named : links.filter((one) => isLocal(new URL(one.href)))) found.add(link)
    }
    return found
  }

  const swap = (link) => {
    const url = new URL(link.href)
    const query = url.search.slice(1).replace(/(^|&)rowtree=\d+$/, '')
    stamp = Math.max(stamp + 1, Date.now())
    url.search = (query && query + '&') + 'rowtree=' + stamp
    // A disabled one is not loaded before it is enabled.
    if (link.disabled && !link.sheet) return void (link.href = url.href)
    const copy = link.cloneNode()
    copy.removeAttribute('integrity')
    copy.href = url.href
    const settle = (loser) => {
      if (swapping.get(link) !== copy) return
      swapping.delete(link)
      if (loser === link && link.sheet && copy.sheet) copy.sheet.disabled = link.sheet.disabled
      loser.remove()
    }
    copy.addEventListener('load', () => settle(link))
    copy.addEventListener('error', () => settle(copy))
    swapping.get(link)?.remove()
    swapping.set(link, copy)
    link.after(copy)
  }

  const onEvent = (event) => {
    last = event.lastEventId
    if (event.type === 'page') return reload()
    if (event.type !== 'styles') return
    const links = linksOf(JSON.parse(event.data).paths)
    if (links.size === 0) reload()
    links.forEach(swap)
  }

  const listen = () => {
    source?.close()
    source = undefined
    if (document.visibilityState === 'hidden') return
    server.search = 'last=' + last
    const opened = new EventSource(server)
    source = opened
    for (const type of ['ready', 'styles', 'page']) opened.addEventListener(type, onEvent)
    // Browsers try again by themselves, except after an answer that they did not expect.
    opened.addEventListener('error', () => {
      if (opened.readyState === EventSource.CLOSED) setTimeout(() => { if (source === opened) listen() }, 2000)
    })
  }

  document.addEventListener('visibilitychange', listen)
  listen()
})()
`
