package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Moment;
import org.tarishi.api.Recipient;
import org.tarishi.api.Recipients;

/** The recipients as one call sees them. */
final class RecipientsView implements Recipients {

    private final Call call;
    private final Recipients live;
    private @Nullable List<Recipient> pending;

    RecipientsView(Call call, Recipients live) {
        this.call = call;
        this.live = live;
    }

    private List<Recipient> toChange() {
        call.checkOpen();
        var list = pending;
        if (list == null) {
            list = new ArrayList<>(live.all());
            pending = list;
        }
        return list;
    }

    @Override
    public List<Recipient> all() {
        var list = pending;
        return list != null && call.isOpen() ? List.copyOf(list) : live.all();
    }

    @Override
    public void add(Recipient recipient) {
        toChange().add(recipient);
        call.edit(() -> live.add(recipient));
    }

    @Override
    public boolean replace(Recipient one, List<Recipient> others) {
        var list = toChange();
        var copy = List.copyOf(others);
        int at = list.indexOf(one);
        if (at < 0 && !isAskedAbout(one)) {
            return false;
        }
        if (at >= 0) {
            list.remove(at);
            list.addAll(at, copy);
        }
        call.edit(() -> live.replace(one, copy));
        return true;
    }

    @Override
    public boolean remove(Recipient one) {
        if (!toChange().remove(one)) {
            return false;
        }
        call.edit(() -> live.remove(one));
        return true;
    }

    /** While RCPT is being asked about, its recipient is not among them, and can be replaced all the same. */
    private boolean isAskedAbout(Recipient one) {
        var moment = call.link().moment();
        return (moment == Moment.RCPT || moment == Moment.RCPT_OK || moment == Moment.DENY)
                && Objects.equals(call.subject().argument(), one);
    }
}
