package org.tarishi.api.service;

import org.tarishi.api.Domain;

/**
 * A mail exchanger (RFC 5321 section 5.1).
 *
 * @param preference 0 to 65535, the lowest is asked first
 * @param host its name; {@code .} of a null MX (RFC 7505) is no host and never stands here, see {@link Dns#mx}
 */
public record MxRecord(int preference, Domain host) {}
