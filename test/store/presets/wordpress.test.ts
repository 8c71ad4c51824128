import { expect, test } from 'vitest'
import { describeEach } from '../../support/servers.ts'
import { workshop, type Workshop } from './engines.ts'
import { insertPosts, type Post, siteTables } from './tables.ts'

const HOME = '---\ntitle: Home\nstatus: publish\ndescription: ""\n---\n<!-- wp:group -->\r\n---\n<p>ü</p>'

const POSTS: readonly Post[] = [
  { id: 5, type: 'wp_template', name: 'home', title: 'Home', content: '<!-- wp:group -->\r\n---\n<p>ü</p>', terms: [11] },
  { id: 6, type: 'wp_template', name: 'home', title: 'Other', content: 'other', terms: [13] },
  { id: 7, type: 'wp_template_part', name: 'header', title: 'Header', excerpt: 'At the top', content: '<header>', terms: [12, 11] },
  { id: 8, type: 'wp_block', name: 'call', title: "It's 1", content: '' },
  { id: 9, type: 'custom_css', name: 'twentytwentyfour', title: 'twentytwentyfour', content: 'p { color: red }\n' },
  { id: 10, type: 'revision', name: '5-revision-v1', status: 'inherit', content: 'old', terms: [11] },
  { id: 11, type: 'wp_template', name: 'gone__trashed', status: 'trash', content: 'gone', terms: [11] },
  { id: 12, type: 'wp_block', name: '', status: 'auto-draft', content: '' },
  { id: 13, type: 'wp_block', name: '', status: 'draft', content: 'nameless' },
  { id: 14, type: 'post', name: 'hello', content: 'a post' },
]

describeEach('WordPress', (trial) => {
  const posts = (where: string): Promise<readonly (readonly (string | null)[])[]> =>
    trial.query(`select post_title, post_status, post_excerpt, post_content, to_ping, menu_order from wp_posts where ${where}`)

  const id = (): string => (trial.kind === 'postgres' ? '"ID"' : 'ID')

  async function site(): Promise<Workshop> {
    await trial.fresh(siteTables(trial.kind) + insertPosts(trial.kind, POSTS))
    const shop = await workshop({ url: trial.url, preset: 'wordpress' })
    expect(await shop.engine.export()).toMatchObject({ exported: 5, problems: [] })
    return shop
  }

  test('templates, parts, blocks and styles are files', async () => {
    const { files } = await site()
    expect(files()).toEqual({
      'blocks/call.html': '---\ntitle: It\'s 1\nstatus: publish\ndescription: ""\n---\n',
      'parts/twentytwentyfour/header.html': '---\ntitle: Header\nstatus: publish\ndescription: At the top\n---\n<header>',
      'styles/twentytwentyfour.css': 'p { color: red }\n',
      'templates/My Theme/home.html': '---\ntitle: Other\nstatus: publish\ndescription: ""\n---\nother',
      'templates/twentytwentyfour/home.html': HOME,
    })
  })

  test('a title that is a number is refused by the name that the file gives it', async () => {
    const { engine, setFile } = await site()
    setFile('templates/twentytwentyfour/404.html', '---\ntitle: 404\nstatus: publish\ndescription: ""\n---\n')
    const message = expect.stringMatching(/: "title": the column "post_title" holds text\b.* in quotes$/) as string
    expect(await engine.import()).toMatchObject({ imported: 0, problems: [{ code: 'unsupported-value', message }] })
  })

  test('an edit writes what it changes, and when', async () => {
    const { engine, setFile, file } = await site()
    const text = '---\n# the first page\nstatus: draft   # not yet\ntitle: Home\ndescription: x\n---\n<p>new</p>\n'
    setFile('templates/twentytwentyfour/home.html', text)
    setFile('styles/twentytwentyfour.css', '')
    expect(await engine.import()).toMatchObject({ imported: 1, problems: [], holds: [{ code: 'file-emptied' }] })
    expect(await posts(`${id()} = 5`)).toEqual([['Home', 'draft', 'x', '<p>new</p>\n', 'ping', '5']])
    expect(await posts(`${id()} = 6`)).toEqual([['Other', 'publish', '', 'other', 'ping', '5']])
    const [[date, modified]] = await trial.query(`select post_date, post_modified_gmt from wp_posts where ${id()} = 5`) as [[string, string]]
    expect(date).toContain(trial.kind === 'postgres' ? '2001-01-01' : '0000-00-00 00:00:00')
    expect(Math.abs(Date.parse(`${modified.slice(0, 19).replace(' ', 'T')}Z`) - Date.now())).toBeLessThan(60_000)
    expect(await engine.export()).toMatchObject({ exported: 0, problems: [] })
    await trial.execute(`update wp_posts set post_excerpt = 'yes!' where ${id()} = 5`)
    expect(await engine.export()).toMatchObject({ exported: 1 })
    expect(file('templates/twentytwentyfour/home.html')).toBe(text.replace('description: x', 'description: yes!'))
  })

  test('a new file is a post as WordPress writes it', async () => {
    const { engine, setFile } = await site()
    setFile('templates/My Theme/single.html', HOME)
    setFile('blocks/new.html', HOME)
    setFile('styles/my-theme.css', 'p {}')
    expect(await engine.import()).toMatchObject({ imported: 3, problems: [] })
    const rows = await trial.query(`select post_type, post_name, post_title, post_author, comment_status, guid, to_ping, post_date = post_modified from wp_posts where post_author = 0 order by post_type`)
    const same = trial.kind === 'postgres' ? 't' : '1'
    expect(rows.map((row) => row.map((value) => (value === 'true' ? 't' : value)))).toEqual([
      ['custom_css', 'my-theme', '', '0', 'closed', '', '', same],
      ['wp_block', 'new', 'Home', '0', 'closed', '', '', same],
      ['wp_template', 'single', 'Home', '0', 'closed', '', '', same],
    ])
    expect(await trial.query(`select r.term_taxonomy_id from wp_term_relationships r join wp_posts p on r.object_id = p.${id()} where p.post_name = 'single'`)).toEqual([['13']])
    expect(await engine.export()).toMatchObject({ exported: 0, problems: [] })
  })

  test('what cannot be written is a problem', async () => {
    const { engine, setFile } = await site()
    setFile('templates/unknown/home.html', HOME)
    setFile('templates/twentytwentyfour/home.html', '<p>no fields</p>')
    setFile('blocks/call.html', '---\ntitle: x\nstatus: trash\ndescription: ""\n---\n')
    const { problems, imported } = await engine.import()
    expect(imported).toBe(0)
    expect(problems.map(({ path, code }) => [path, code]).sort()).toEqual([
      ['blocks/call.html', 'not-stored'],
      ['templates/twentytwentyfour/home.html', 'no-front-matter'],
      ['templates/unknown/home.html', 'row-refused'],
    ])
    expect(problems.find(({ code }) => code === 'row-refused')!.message).toBe(
      'Cannot write templates(theme="unknown", post_name="home"): WordPress knows no theme "unknown" but "twentytwentyfour", "My Theme". Save one of the theme\'s templates in WordPress\'s editor first',
    )
    expect(await trial.query('select count(*) from wp_posts')).toEqual([[String(POSTS.length)]])
  })

  test('what is deleted comes back with all its columns and terms', async () => {
    const { engine, setFile, files } = await site()
    const before = files()
    const all = `select * from wp_posts order by ${id()}`
    const rows = await trial.query(all)
    for (const path of Object.keys(before)) if (!path.startsWith('templates/My')) setFile(path, undefined)
    expect(await engine.import({ delete: true })).toMatchObject({ deleted: 4, problems: [] })
    expect(await trial.query('select count(*) from wp_posts')).toEqual([[String(POSTS.length - 4)]])
    expect(await engine.undo()).toMatchObject({ rows: expect.arrayContaining(['parts/twentytwentyfour/header.html']), problems: [], conflicts: [] })
    expect(await trial.query(all)).toEqual(rows)
    // What an undo brought back waits for a person.
    await engine.resolve(Object.keys(before), { prefer: 'store' })
    expect(files()).toEqual(before)
  })
})

describeEach('WordPress on MyISAM', (trial) => {
  test('is written, deleted, undone', async () => {
    const tables = ['posts', 'terms', 'term_taxonomy', 'term_relationships'].map((name) => `alter table wp_${name} engine = MyISAM;`)
    await trial.fresh(siteTables(trial.kind) + tables.join('') + insertPosts(trial.kind, POSTS))
    const { engine, setFile } = await workshop({ url: trial.url, preset: 'wordpress' })
    await engine.export()
    const rows = await trial.query('select * from wp_posts order by ID')
    setFile('parts/twentytwentyfour/header.html', undefined)
    expect(await engine.import({ delete: true })).toMatchObject({ deleted: 1, problems: [] })
    expect(await engine.undo()).toMatchObject({ problems: [] })
    expect(await trial.query('select * from wp_posts order by ID')).toEqual(rows)
    setFile('templates/My Theme/home.html', HOME)
    setFile('templates/My Theme/new.html', HOME)
    setFile('templates/unknown/new.html', HOME)
    expect(await engine.import()).toMatchObject({ imported: 2, problems: [{ path: 'templates/unknown/new.html', code: 'row-refused' }] })
    expect(await trial.query(`select post_title from wp_posts where ID = 6`)).toEqual([['Home']])
    expect(await engine.export()).toMatchObject({ exported: 0, problems: [] })
    expect(await trial.query('select count(*) from wp_posts')).toEqual([[String(POSTS.length + 1)]])
  })
}, ['mysql'])
