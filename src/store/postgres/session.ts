import type { Address } from './address.ts'
import { newClient, type Client } from './driver.ts'

/** How values are written as texts, so that the same value is the same text on every server; and how long a lock is waited for. */
const SETTINGS = `
set client_encoding to 'UTF8';
set standard_conforming_strings to on;
set timezone to 'UTC';
set datestyle to 'ISO, MDY';
set intervalstyle to 'postgres';
set bytea_output to 'hex';
set extra_float_digits to 1;
set xmloption to 'content';
set lock_timeout to '5s';
set jit to off;
set cursor_tuple_fraction to 1`

/** Connects to a server, as every connection of ours is. */
export async function connect({ client: options, schema }: Address): Promise<Client> {
  const client = newClient(options)
  // An error between two statements has nobody else that listens yet.
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query({ text: SETTINGS })
    if (schema !== undefined) await client.query({ text: "select set_config('search_path', quote_ident($1), false)", values: [schema] })
    return client
  } catch (error) {
    await client.end()
    throw error
  }
}
