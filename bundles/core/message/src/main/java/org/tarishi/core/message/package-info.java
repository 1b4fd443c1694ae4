/** Message bytes: dot codec, header list, body in memory then on disk, MIME walk. */
@NullMarked
package org.tarishi.core.message;

import org.jspecify.annotations.NullMarked;
