/** When queued mail is tried, by whose leave, and what follows from an attempt. */
@NullMarked
package org.tarishi.core.scheduler;

import org.jspecify.annotations.NullMarked;
