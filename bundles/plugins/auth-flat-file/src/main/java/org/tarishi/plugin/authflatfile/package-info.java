/** The plugin auth-flat-file: users and their passwords in a file. */
@NullMarked
package org.tarishi.plugin.authflatfile;

import org.jspecify.annotations.NullMarked;
