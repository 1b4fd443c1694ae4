package org.tarishi.core.deploy;

import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.Networks;
import org.tarishi.core.spi.PluginRefusedException;
import org.tarishi.core.spi.PluginTrial;

/**
 * How a version is to be tried.
 *
 * @param mode what it is used for
 * @param percent how many of a hundred sessions have it
 * @param clients whose sessions have it
 */
record TrialRequest(PluginTrial.Mode mode, int percent, Networks clients) {

    /** Sees all sessions, answers none. */
    static final TrialRequest SHADOW = new TrialRequest(PluginTrial.Mode.SHADOW, 0, Networks.NONE);

    private static final int MOST = 99;

    /**
     * Reads what an operator asks for; exactly one of the two is given.
     *
     * @param percent a number from 1 to 99; empty for none
     * @param clients addresses and networks with commas between; empty for none
     */
    static TrialRequest canary(String percent, String clients) throws PluginRefusedException {
        if (percent.isEmpty() == clients.isEmpty()) {
            throw new PluginRefusedException("say which sessions have the new version: `--percent N` or `--client"
                    + " CIDR[,CIDR]`, one of the two");
        }
        if (!percent.isEmpty()) {
            if (!percent.matches("[1-9][0-9]?")) {
                throw new PluginRefusedException("percent must be 1 to " + MOST + ": " + percent
                        + "; `tarishi plugin install` puts a version in force for all sessions");
            }
            return new TrialRequest(PluginTrial.Mode.CANARY, Integer.parseInt(percent), Networks.NONE);
        }
        try {
            var networks = Networks.parse("client", clients.split(","));
            if (networks.isEmpty()) {
                throw new PluginRefusedException("client: name at least one address or network");
            }
            return new TrialRequest(PluginTrial.Mode.CANARY, 0, networks);
        } catch (InvalidSettingException e) {
            throw new PluginRefusedException(String.valueOf(e.getMessage()));
        }
    }

    boolean isShadow() {
        return mode == PluginTrial.Mode.SHADOW;
    }

    /** Returns the word for it that commands have. */
    String word() {
        return isShadow() ? "shadow" : "canary";
    }

    /** Says which sessions it sees. */
    String sessions() {
        if (isShadow()) {
            return "sees every session, decides nothing";
        }
        return percent > 0
                ? "has " + percent + " of 100 sessions"
                : "has the sessions of "
                        + String.join(
                                ", ",
                                clients.blocks().stream()
                                        .map(Networks.Block::toString)
                                        .toList());
    }
}
