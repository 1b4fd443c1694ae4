package org.tarishi.core.spi;

import org.jspecify.annotations.Nullable;

/**
 * What a chain has answered.
 *
 * @param answer the answer: the first that was more than "no opinion", else that
 * @param plugin who gave it, with its part; null for nobody
 * @param isFault whether it stands in the place of an answer that a plugin failed to give; already logged
 * @param <T> the kind of answer
 */
public record Verdict<T>(T answer, @Nullable String plugin, boolean isFault) {}
