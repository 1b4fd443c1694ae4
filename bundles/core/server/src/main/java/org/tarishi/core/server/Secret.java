package org.tarishi.core.server;

/** Octets that are to be taken once, and shown to nobody. */
final class Secret {

    private final byte[] octets;

    Secret(byte[] octets) {
        this.octets = octets;
    }

    /** Returns the octets themselves; who takes them wipes them. */
    byte[] octets() {
        return octets;
    }

    @Override
    public String toString() {
        return "(hidden)";
    }
}
