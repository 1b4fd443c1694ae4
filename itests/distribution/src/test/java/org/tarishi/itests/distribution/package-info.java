/** The command of the assembled distribution, and what its launcher promises. */
@NullMarked
package org.tarishi.itests.distribution;

import org.jspecify.annotations.NullMarked;
