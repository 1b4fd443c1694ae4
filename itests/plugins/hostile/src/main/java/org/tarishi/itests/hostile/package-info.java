/** A plugin that does what no plugin should, to those mails that ask for it. */
@NullMarked
package org.tarishi.itests.hostile;

import org.jspecify.annotations.NullMarked;
