/** The console's accounts, its login, and the guard of every HTTP request. */
@NullMarked
package org.tarishi.core.admin;

import org.jspecify.annotations.NullMarked;
