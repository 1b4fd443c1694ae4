/** The plugin maildir: stores mail in Maildirs, safe before the 250. */
@NullMarked
package org.tarishi.plugin.maildir;

import org.jspecify.annotations.NullMarked;
