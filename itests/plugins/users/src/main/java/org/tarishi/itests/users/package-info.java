/** A plugin that puts its version into each message: what a replacement is seen by. */
@NullMarked
package org.tarishi.itests.users;

import org.jspecify.annotations.NullMarked;
