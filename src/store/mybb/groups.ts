import { sql, type Kysely } from 'kysely'
import type { KeyValue } from '../row.ts'

/** The group of a template that no row of `templategroups` claims. */
const UNGROUPED = 'Ungrouped'

/** English titles of the stock groups by language key; MyBB keeps them in its language files. */
export const GROUP_TITLES: ReadonlyMap<string, string> = new Map([
  ['group_announcement', 'Announcement'],
  ['group_calendar', 'Calendar'],
  ['group_editpost', 'Edit Post'],
  ['group_error', 'Error Message'],
  ['group_footer', 'Footer'],
  ['group_forumbit', 'Forum Bit'],
  ['group_forumdisplay', 'Forum Display'],
  ['group_forumjump', 'Forum Jump'],
  ['group_global', 'Global'],
  ['group_header', 'Header'],
  ['group_index', 'Index Page'],
  ['group_managegroup', 'Manage Group'],
  ['group_member', 'Member'],
  ['group_memberlist', 'Member List'],
  ['group_misc', 'Miscellaneous'],
  ['group_modcp', 'Moderator Control Panel'],
  ['group_moderation', 'Moderation'],
  ['group_multipage', 'Multipage Pagination'],
  ['group_mycode', 'MyCode'],
  ['group_nav', 'Navigation'],
  ['group_newreply', 'New Reply'],
  ['group_newthread', 'New Thread'],
  ['group_online', "Who's Online"],
  ['group_polls', 'Poll'],
  ['group_portal', 'Portal'],
  ['group_post', 'Post'],
  ['group_postbit', 'Post Bit'],
  ['group_posticons', 'Post Icon'],
  ['group_printthread', 'Print Thread'],
  ['group_private', 'Private Messaging'],
  ['group_report', 'Report'],
  ['group_reputation', 'Reputation'],
  ['group_search', 'Search'],
  ['group_sendthread', 'Send Thread'],
  ['group_showteam', 'Show Forum Team'],
  ['group_showthread', 'Show Thread'],
  ['group_smilieinsert', 'Smilie Inserter'],
  ['group_stats', 'Statistics'],
  ['group_usercp', 'User Control Panel'],
  ['group_video', 'Video MyCode'],
  ['group_warning', 'Warning System'],
  ['group_xmlhttp', 'XMLHTTP'],
])

/** Finds the title of a template's group. */
export type GroupLookup = (template: KeyValue) => string

/** Reads `templategroups`. */
export async function readGroups(db: Kysely<unknown>, prefix: string): Promise<GroupLookup> {
  const { rows } = await sql<{ prefix: string; title: string }>`
    select prefix, title from ${sql.id(`${prefix}templategroups`)} order by gid desc`.execute(db)
  // In descending order the oldest of two groups with the same prefix wins.
  return groupLookup(new Map(rows.map((group) => [group.prefix, group.title])))
}

/**
 * A template belongs to the group whose prefix is what its title begins with, up to the first `_`.
 *
 * @param titles The groups' titles by prefix. `<lang:group_x>` stands for a stock title.
 */
export function groupLookup(titles: ReadonlyMap<string, string>): GroupLookup {
  return (template) => {
    if (typeof template !== 'string') return UNGROUPED
    const title = titles.get(template.split('_', 1)[0]!.toLowerCase())
    const stock = title === undefined ? null : /^<lang:(.+)>$/.exec(title)
    return (stock === null ? title : GROUP_TITLES.get(stock[1]!)) || UNGROUPED
  }
}
