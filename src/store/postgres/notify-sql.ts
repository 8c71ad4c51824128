/** The channel of the notifications. */
export const CHANNEL = 'rowtree'

/** The function and the triggers. */
export const TRIGGER = 'rowtree_changed'

/**
 * The SQL that makes a PostgreSQL database tell rowtree at once of changes to these tables. It may be run again. Its owner has to own the tables.
 *
 * @param tables as `table` or `schema.table`
 *
 * @example
 * ```ts
 * notifySql(['pages'])
 * ```
 */
export function notifySql(tables: readonly string[]): string {
  const names = tables.map(quoted)
  const removal = names.map((name) => `--   drop trigger if exists ${TRIGGER} on ${name};\n`).join('')
  return `-- Tells rowtree at once when one of these tables is changed. It may be run again. To remove it:
--
${removal}--   drop function if exists ${TRIGGER}();

begin;

create or replace function ${TRIGGER}() returns trigger language plpgsql as $$
begin
  perform pg_notify('${CHANNEL}', tg_table_schema || '.' || tg_table_name);
  return null;
end
$$;

${names.map(trigger).join('\n')}
commit;
`
}

function trigger(name: string): string {
  return `drop trigger if exists ${TRIGGER} on ${name};
create trigger ${TRIGGER} after insert or update or delete or truncate on ${name}
  for each statement execute function ${TRIGGER}();
`
}

function quoted(table: string): string {
  return table.split('.').map((part) => `"${part.replaceAll('"', '""')}"`).join('.')
}
