package org.tarishi.api.log;

/**
 * Names of SLF4J markers for the levels of Haraka (and syslog, RFC 5424) that SLF4J does not have.
 *
 * <p>{@code logger.info(MarkerFactory.getMarker(LogMarkers.NOTICE), "…")}.
 */
public final class LogMarkers {

    /** Every line of a dialogue; goes with DEBUG. */
    public static final String PROTOCOL = "PROTOCOL";

    /** Normal but worth seeing; goes with INFO. */
    public static final String NOTICE = "NOTICE";

    /** Something does not work; goes with ERROR. */
    public static final String CRIT = "CRIT";

    /** Somebody must act; goes with ERROR. */
    public static final String ALERT = "ALERT";

    /** The server can't be used; goes with ERROR. */
    public static final String EMERG = "EMERG";

    private LogMarkers() {}
}
