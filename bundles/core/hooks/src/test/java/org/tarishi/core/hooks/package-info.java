@NullMarked
package org.tarishi.core.hooks;

import org.jspecify.annotations.NullMarked;
