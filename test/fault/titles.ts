/** Titles that hurt programs which make paths of them. */
export const HOSTILE: readonly string[] = [
  // Ways out of the tree.
  '.', '..', '../', '../../etc/passwd', '..\\..\\windows', '/etc/passwd', '//host/share', '\\\\?\\C:\\x', 'C:\\x', 'C:x', 'file:stream', '~', '~root', 'a/b', 'a\\b', './a', 'a/../b', 'a/', '/',
  // What other programs and we ourselves keep in such places.
  '.git/hooks/post-checkout', '.git', '.rowtree', '.rowtree/baseline.db', 'rowtree.yaml', '.rowtreeignore', '.rowtree-1-1-0-0-0.tmp', '.rowtree-zz-zz-0-0-0.tmp', 'x.tmp', 'x.rowtree-merge', '.DS_Store', 'Thumbs.db', '4913', '#x#', '.#x', 'x~', '.nfs0001', '.htaccess',
  // Names of devices, and what Windows drops.
  'CON', 'con', 'aux', 'AUX.html', 'NUL', 'nul.txt', 'COM1', 'COM1.html', 'com¹', 'LPT9', 'PRN', 'CONIN$', 'CLOCK$', 'trailing.', 'trailing ', 'trailing. .', ' leading', '.', '...', ' ', '  ', '. ', '', 'a<b>c', 'a|b', 'a?b', 'a*b', 'a"b',
  // Options and shells.
  '-rf', '--help', '$(reboot)', '`reboot`', ';reboot', '&& reboot', '| sh', '%PATH%', '${HOME}', "'", '"', '!', '*', '?', '[a]', '{a}', '{site}', '{slug}',
  // Controls, and what steers a terminal.
  '\0', 'a\0b', 'a\nb', '\n', 'a\rb', '\t', '\u0007', '\u001B[2J', '\u001B]0;owned\u0007', '\u001B[31mred', '\u009B31m', '\u007F', '\u0001\u0002',
  // Marks, joiners, directions, tags.
  '\u202Etxt.exe', '\u2066a\u2069', 'a\u200Bb', 'a\u200Fb', 'ab', '\u200D', '\uFEFF', '\uFEFFa', '\u2028', '\u2029', '\u{E0041}\u{E0042}', '\u00AD', '\u3164', '👩‍👩‍👧‍👦', '🏳️‍🌈', '💥',
  // One name on some systems.
  'é', 'e\u0301', 'É', 'E\u0301', 'ﬁ', 'fi', 'FI', 'Straße', 'STRASSE', 'straẞe', 'ａ', 'ı', 'i', 'I', 'İ', 'i\u0307', 'K', '\u212A', 'k', '\u00C5', '\u212B', 'A\u030A', 'ſ', 's', 'S', 'ǅ', 'ǆ', 'Ǆ', '가', '\u1100\u1161', 'Σ', 'σ', 'ς', 'µ', 'μ', 'Title', 'title', 'TITLE',
  // What our own encoding writes.
  '%', '%%', '%2F', '%2f', '%252F', '%u0041', '%uD800', '%00', '%2E%2E', '%2Etmp',
  // Long ones.
  'x'.repeat(255), 'x'.repeat(250), 'é'.repeat(127), '語'.repeat(85), '語'.repeat(86), '💥'.repeat(64), '%'.repeat(100), 'y'.repeat(4_096), '../'.repeat(1_400),
  // What a language may trip over.
  '__proto__', 'constructor', 'toString', 'null', 'undefined', 'NaN', 'true', '0', '-0', '1e3', '[object Object]',
]
