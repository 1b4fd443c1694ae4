package org.tarishi.itests.noop;

import org.osgi.service.component.annotations.Component;
import org.tarishi.api.Hello;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.TransactionOutcome;
import org.tarishi.api.hook.Capabilities;
import org.tarishi.api.hook.CapabilityHook;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.ConnectHook;
import org.tarishi.api.hook.DataHook;
import org.tarishi.api.hook.DataPostHook;
import org.tarishi.api.hook.Denial;
import org.tarishi.api.hook.DenyHook;
import org.tarishi.api.hook.HelloHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.MailHook;
import org.tarishi.api.hook.NoopHook;
import org.tarishi.api.hook.QueueHook;
import org.tarishi.api.hook.QueueOutboundHook;
import org.tarishi.api.hook.QueuedHook;
import org.tarishi.api.hook.QuitHook;
import org.tarishi.api.hook.RcptHook;
import org.tarishi.api.hook.RcptOkHook;
import org.tarishi.api.hook.RdnsHook;
import org.tarishi.api.hook.RdnsResult;
import org.tarishi.api.hook.RsetHook;
import org.tarishi.api.hook.SessionListener;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.hook.TooBigHook;
import org.tarishi.api.hook.TransactionListener;
import org.tarishi.api.hook.UnknownCommandHook;
import org.tarishi.api.hook.VrfyHook;
import org.tarishi.api.message.Message;

/** Is asked everything and has no opinion of anything. */
@SmtpPlugin("noop")
@Component
public final class Noop
        implements RdnsHook,
                ConnectHook,
                HelloHook,
                CapabilityHook,
                UnknownCommandHook,
                MailHook,
                RcptHook,
                RcptOkHook,
                DataHook,
                DataPostHook,
                TooBigHook,
                QueueHook,
                QueueOutboundHook,
                QueuedHook,
                DenyHook,
                VrfyHook,
                NoopHook,
                RsetHook,
                QuitHook,
                SessionListener,
                TransactionListener {

    @Override
    public RdnsResult onRdns(SmtpConnection connection) {
        return RdnsResult.CONTINUE;
    }

    @Override
    public HookResult onConnect(SmtpConnection connection) {
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onHello(SmtpConnection connection, Hello hello) {
        return HookResult.CONTINUE;
    }

    @Override
    public void onCapabilities(SmtpConnection connection, Capabilities capabilities) {}

    @Override
    public CommandResult onUnknownCommand(SmtpConnection connection, String line) {
        return CommandResult.CONTINUE;
    }

    @Override
    public HookResult onMail(Transaction tx, ReversePath sender) {
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onRcpt(Transaction tx, Recipient recipient) {
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onRcptOk(Transaction tx, Recipient recipient) {
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onData(Transaction tx) {
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onDataPost(Transaction tx, Message message) {
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onTooBig(Transaction tx) {
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onQueue(Transaction tx, Message message) {
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onQueueOutbound(Transaction tx, Message message) {
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onQueued(Transaction tx, String queueId) {
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onDeny(Denial denial) {
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onVrfy(SmtpConnection connection, String argument) {
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onNoop(SmtpConnection connection, String argument) {
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onRset(SmtpConnection connection, String argument) {
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onQuit(SmtpConnection connection, String argument) {
        return HookResult.CONTINUE;
    }

    @Override
    public void ended(Transaction tx, TransactionOutcome outcome) {}
}
