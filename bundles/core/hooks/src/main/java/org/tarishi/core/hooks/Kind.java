package org.tarishi.core.hooks;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tarishi.api.Moment;
import org.tarishi.api.hook.AttachmentHook;
import org.tarishi.api.hook.BodyHook;
import org.tarishi.api.hook.BounceHook;
import org.tarishi.api.hook.CapabilityHook;
import org.tarishi.api.hook.ConnectHook;
import org.tarishi.api.hook.DataHook;
import org.tarishi.api.hook.DataPostHook;
import org.tarishi.api.hook.DeferredHook;
import org.tarishi.api.hook.DeliveryListener;
import org.tarishi.api.hook.DenyHook;
import org.tarishi.api.hook.HelloHook;
import org.tarishi.api.hook.MailHook;
import org.tarishi.api.hook.NoopHook;
import org.tarishi.api.hook.QueueHook;
import org.tarishi.api.hook.QueueOutboundHook;
import org.tarishi.api.hook.QueuedHook;
import org.tarishi.api.hook.QuitHook;
import org.tarishi.api.hook.RcptHook;
import org.tarishi.api.hook.RcptOkHook;
import org.tarishi.api.hook.RdnsHook;
import org.tarishi.api.hook.ResultListener;
import org.tarishi.api.hook.RouteHook;
import org.tarishi.api.hook.RsetHook;
import org.tarishi.api.hook.SendHook;
import org.tarishi.api.hook.SessionListener;
import org.tarishi.api.hook.SubmitHook;
import org.tarishi.api.hook.TooBigHook;
import org.tarishi.api.hook.TransactionListener;
import org.tarishi.api.hook.UnknownCommandHook;
import org.tarishi.api.hook.VerbHandler;
import org.tarishi.api.hook.VrfyHook;
import org.tarishi.api.log.LogListener;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.SaslMechanism;

/**
 * One interface that plugins implement, and when it is asked.
 *
 * @param type the interface
 * @param moments the moments; none for a listener
 */
record Kind(Class<?> type, Set<Moment> moments) {

    private static final Map<String, Kind> BY_NAME = new HashMap<>();

    static {
        add(RdnsHook.class, Moment.LOOKUP_RDNS);
        add(ConnectHook.class, Moment.CONNECT);
        add(HelloHook.class, Moment.HELO, Moment.EHLO);
        add(CapabilityHook.class, Moment.CAPABILITIES);
        add(UnknownCommandHook.class, Moment.UNRECOGNIZED_COMMAND);
        add(VerbHandler.class, Moment.UNRECOGNIZED_COMMAND);
        add(SaslMechanism.class, Moment.AUTH);
        add(CredentialStore.class, Moment.AUTH);
        add(MailHook.class, Moment.MAIL);
        add(RcptHook.class, Moment.RCPT);
        add(RcptOkHook.class, Moment.RCPT_OK);
        add(DataHook.class, Moment.DATA);
        add(BodyHook.class, Moment.BODY);
        add(AttachmentHook.class, Moment.ATTACHMENT);
        add(DataPostHook.class, Moment.DATA_POST);
        add(TooBigHook.class, Moment.MAX_DATA_EXCEEDED);
        add(QueueHook.class, Moment.QUEUE);
        add(QueueOutboundHook.class, Moment.QUEUE_OUTBOUND);
        add(QueuedHook.class, Moment.QUEUE_OK);
        add(DenyHook.class, Moment.DENY);
        add(VrfyHook.class, Moment.VRFY);
        add(NoopHook.class, Moment.NOOP);
        add(RsetHook.class, Moment.RSET);
        add(QuitHook.class, Moment.QUIT);
        add(SubmitHook.class, Moment.PRE_SEND_TRANS_EMAIL);
        add(SendHook.class, Moment.SEND_EMAIL);
        add(RouteHook.class, Moment.GET_MX);
        add(DeferredHook.class, Moment.DEFERRED);
        add(BounceHook.class, Moment.BOUNCE);
        add(SessionListener.class);
        add(TransactionListener.class);
        add(ResultListener.class);
        add(DeliveryListener.class);
        add(LogListener.class);
    }

    private static void add(Class<?> type, Moment... moments) {
        var set = EnumSet.noneOf(Moment.class);
        set.addAll(List.of(moments));
        BY_NAME.put(type.getName(), new Kind(type, set));
    }

    /** Returns those of the interfaces with these names that are ours. */
    static List<Kind> of(String... objectClass) {
        return List.of(objectClass).stream()
                .filter(BY_NAME::containsKey)
                .map(BY_NAME::get)
                .toList();
    }
}
