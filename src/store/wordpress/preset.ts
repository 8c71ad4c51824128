import type { Preset } from '../preset.ts'
import { openMapping } from '../table/collection.ts'
import type { Mapping } from '../table/mapping.ts'
import { themeOf } from './theme.ts'

/** What WordPress itself writes into a post that nobody comments on; several columns have no default in MySQL. */
const ADDED: Mapping['added'] = {
  post_date: 'now',
  post_date_gmt: 'now',
  post_author: { value: 0 },
  comment_status: { value: 'closed' },
  ping_status: { value: 'closed' },
  guid: { value: '' },
  to_ping: { value: '' },
  pinged: { value: '' },
  post_content_filtered: { value: '' },
}

/** What is no content yet, or no more; a post without a name has never been saved. */
const HIDDEN: Mapping['hidden'] = { post_status: ['auto-draft', 'trash'], post_name: [''] }

const META = ['post_title', 'post_status', 'post_excerpt'] as const
const FIELDS: Mapping['fields'] = { post_title: 'title', post_status: 'status', post_excerpt: 'description' }

/**
 * The block templates, template parts, reusable blocks and additional CSS of a WordPress site, as the editor saved them. What a theme ships and nobody
 * changed is not in the database.
 */
export const wordpressPreset: Preset = {
  name: 'wordpress',
  async open({ database, prefix }) {
    const table = `${prefix}posts`
    const theme = themeOf(prefix, database.language)
    const posts = { table, id: 'ID', hidden: HIDDEN, added: ADDED, set: { post_modified: 'now', post_modified_gmt: 'now' } } as const
    const blocks = { ...posts, format: 'front-matter', content: [...META, 'post_content'], fields: FIELDS } as const
    const themed = { ...blocks, key: ['theme', 'post_name'], derived: { theme } }
    const mappings: readonly Mapping[] = [
      { ...themed, name: 'templates', path: 'templates/{theme}/{post_name}.html', where: { post_type: 'wp_template' } },
      { ...themed, name: 'parts', path: 'parts/{theme}/{post_name}.html', where: { post_type: 'wp_template_part' } },
      { ...blocks, name: 'blocks', key: ['post_name'], path: 'blocks/{post_name}.html', where: { post_type: 'wp_block' } },
      {
        ...posts, name: 'styles', key: ['post_name'], path: 'styles/{post_name}.css', where: { post_type: 'custom_css' }, content: ['post_content'],
        added: { ...ADDED, post_title: { value: '' }, post_excerpt: { value: '' } },
      },
    ]
    return Promise.all(mappings.map((mapping) => openMapping(database, mapping)))
  },
}
