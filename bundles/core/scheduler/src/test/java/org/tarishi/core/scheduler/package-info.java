@NullMarked
package org.tarishi.core.scheduler;

import org.jspecify.annotations.NullMarked;
