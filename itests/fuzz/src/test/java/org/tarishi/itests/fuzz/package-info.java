@NullMarked
package org.tarishi.itests.fuzz;

import org.jspecify.annotations.NullMarked;
