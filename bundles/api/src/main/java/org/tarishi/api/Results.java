package org.tarishi.api;

import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What plugins found out about a connection or a transaction, for each other, for the log, and for
 * {@link org.tarishi.api.hook.ResultListener}s.
 *
 * <p>Writing goes to the entry of the plugin that is being called. Values are strings, numbers, booleans or lists of these. What a
 * hook writes is handed over when its call has returned.
 *
 * <p>The core says under words of its own what became of commands, when it has answered them:
 *
 * <ul>
 *   <li>{@code helo}, of the connection: {@code verb} (HELO, EHLO, LHLO) and {@code host}, as the client said them last.
 *   <li>{@code auth}, of the connection: the mechanism by which the client authenticated, as passed, those by which it failed, as failed
 *       (the first 20), and behind a success {@code user} and {@code method}.
 *   <li>{@code disconnect}, of the connection, for {@code SessionListener.closed}: {@code duration} in seconds.
 *   <li>{@code mail_from}, of the transaction: {@code address} in angle brackets, {@code action} ({@code accept}, {@code reject},
 *       {@code tempfail}), {@code code}, and a refusal as a remark.
 *   <li>{@code rcpt_to}, of the transaction: lists {@code accept}, {@code reject} and {@code tempfail} of addresses in angle brackets,
 *       as the client named them, and each refusal as a remark; the first 1000.
 *   <li>{@code queue}, of the transaction, for {@code TransactionListener.ended}: who took the message, as passed, or refused it, as
 *       failed ({@code core} where nobody took it), {@code soft} (whether a refusal was for now), and the reply as a remark.
 * </ul>
 */
@ProviderType
public interface Results {

    /** Appends to the plugin's passed checks. */
    void pass(String what);

    /** Appends to the plugin's failed checks. */
    void fail(String what);

    /** Appends to what the plugin did not check, with the reason. */
    void skip(String what);

    /** Appends to what went wrong in the plugin. */
    void error(String what);

    /** Appends a remark. */
    void message(String what);

    /** Sets a value; the last one stays. */
    void put(String key, Object value);

    /** Adds to a counter that begins at 0. */
    void increment(String key, long by);

    /** Appends to a list that begins empty. */
    void push(String key, Object value);

    /** Returns what one plugin, or the core under its own words such as {@code rcpt_to}, has said. */
    Optional<PluginResults> of(String plugin);

    /** Returns what all have said, by plugin, in the order of their first word. */
    Map<String, PluginResults> all();
}
