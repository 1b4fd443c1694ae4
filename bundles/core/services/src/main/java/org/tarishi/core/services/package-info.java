/** The stable services that plugins see; what answers stands behind them and may be replaced at any time. */
@NullMarked
package org.tarishi.core.services;

import org.jspecify.annotations.NullMarked;
