/** The rules of the house, as tests. */
@NullMarked
package org.tarishi.itests.architecture;

import org.jspecify.annotations.NullMarked;
