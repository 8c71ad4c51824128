#!/usr/bin/env node
// The first file that runs, in the oldest syntax that any Node reads: the version has to be
// checked before a module with newer syntax is loaded.
var parts = process.versions.node.split('.')
var oldEnough = Number(parts[0]) > 22 || (Number(parts[0]) === 22 && Number(parts[1]) >= 22)
var asksForVersion = process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')
if (oldEnough && asksForVersion) {
  // Scripts ask for it, and need none of the rest.
  import('../version.ts').then(function (version) {
    return process.stdout.write(version.VERSION + '\n')
  })
} else if (oldEnough) {
  import('./main.ts').then(function (main) {
    return main.main(process.argv.slice(2))
  })
} else {
  process.stderr.write('Cannot run rowtree: it needs Node 22.22 or newer, this is ' + process.versions.node + '\n')
  process.exitCode = 1
}
