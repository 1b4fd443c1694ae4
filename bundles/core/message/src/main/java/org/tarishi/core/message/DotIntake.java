package org.tarishi.core.message;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;
import org.tarishi.core.spi.Intake;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.MessageStore.Framing;
import org.tarishi.core.spi.MessageStore.Limits;

/**
 * Reads data up to the lone dot, or as far as it is given, and finds header, body and what is wrong on the way. The only reader of line
 * ends that there is: what comes in by chunks is read by the same rules.
 *
 * <p>Bytes are copied once, in bulk, to the end of a chunk, and looked at there: eight at a time for the end of a line, one at a time
 * only at the beginning of a line and in the name of a header field. A dot that is taken off leaves a gap, which the next run closes.
 *
 * <p>What comes out must not depend on how the input is split. So every check is made as if after each byte: a limit that is
 * passed before the byte that breaks the grammar is the fault, also where both are seen in one look.
 */
final class DotIntake implements Intake {

    private static final Logger LOG = LoggerFactory.getLogger(DotIntake.class);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGHS = 0x8080_8080_8080_8080L;
    /** One above CR: of the bytes below it, NUL, CR and LF are of interest, and only TAB is not rare. */
    private static final long STOPS = ONES * ('\r' + 1);

    private static final int SCRATCH = 4096;

    /** Where in a line the next byte stands. */
    private enum Place {
        START,
        /** Behind a dot at the start, which is not kept. */
        DOT,
        /** Behind a dot and a CR at the start; neither is kept. */
        DOT_CR,
        MIDDLE,
        CR,
        /** Behind the lone dot. */
        END
    }

    /** Where in a line of the header the next byte stands. */
    private enum HeaderPlace {
        START,
        NAME,
        BLANK,
        REST
    }

    private static final byte[] CRLF = {'\r', '\n'};

    private final String id;
    private final boolean dots;
    private final boolean binary;
    private final Limits limits;
    private final long mostBytes;
    private final Spool spool;
    private final Settings settings;

    private @Nullable Consumer<ByteBuffer> tap;
    private byte @Nullable [] chunk;
    private int filled;

    private Place place = Place.START;
    private @Nullable Fault fault;
    private long size;
    /** Dots and the like that were taken out of the block that is being looked at. */
    private int removed;
    /** Where the block ended, if not at its end. */
    private int readTo;

    private long lineStart;

    private boolean inHeader = true;
    private HeaderPlace headerPlace = HeaderPlace.START;
    private int fields;
    /** The first line that is no field, -1 while there is none. */
    private long firstStray = -1;

    private long headerEnd;
    private long bodyStart;
    /** Every byte since the last change of section, by OR: its high bits tell whether one was above 127. */
    private long high;

    private long headerHigh;

    private volatile boolean aborted;
    private volatile @Nullable LiveMessage message;

    DotIntake(String id, Framing framing, Limits limits, Spool spool, Settings settings) {
        this.id = Text.escaped(id);
        this.dots = framing == Framing.DOT;
        this.binary = framing == Framing.BINARY_CHUNKS;
        this.limits = limits;
        this.mostBytes = limits.bytes() == 0 ? Long.MAX_VALUE : limits.bytes();
        this.spool = spool;
        this.settings = settings;
    }

    @Override
    public Progress feed(ByteBuffer bytes) {
        while (place != Place.END && bytes.hasRemaining()) {
            if (spool.hasFailed()) {
                refuse(Fault.STORAGE);
            }
            if (fault != null && !dots) {
                // Counts tell where it ends.
                bytes.position(bytes.limit());
                break;
            }
            var into = space(bytes.remaining());
            int from = filled;
            int to = from + Math.min(bytes.remaining(), into.length - from);
            bytes.get(into, from, to - from);
            readTo = to;
            boolean wasFaulty = fault != null;
            int end = scan(into, from, to);
            bytes.position(bytes.position() - (to - readTo));
            size += end - from;
            if (fault != null) {
                if (!wasFaulty) {
                    dropAll();
                }
                continue;
            }
            if (tap != null && end > from) {
                tap.accept(ByteBuffer.wrap(into, from, end - from).slice().asReadOnlyBuffer());
            }
            if (limits.keepBody() || inHeader) {
                filled = end;
            } else {
                filled = from + Math.clamp(bodyStart - (size - (end - from)), 0, end - from);
            }
        }
        if (place == Place.END) {
            return Progress.END;
        }
        return fault == null && spool.isBehind() ? Progress.WAIT : Progress.MORE;
    }

    /** Returns the chunk, with at least one byte free. */
    private byte[] space(int hint) {
        var now = chunk;
        if (now != null && filled < now.length) {
            return now;
        }
        var next = fault == null ? spool.next(now, hint) : null;
        if (next == null) {
            refuse(Fault.STORAGE);
            return scratch();
        }
        filled = 0;
        chunk = next;
        return next;
    }

    private void refuse(Fault why) {
        if (fault == null) {
            fault = why;
            dropAll();
        }
    }

    private void dropAll() {
        spool.discard();
        scratch();
    }

    /** What comes after a fault is looked at here, again and again in the same place. */
    private byte[] scratch() {
        var small = new byte[SCRATCH];
        chunk = small;
        filled = 0;
        return small;
    }

    // ---- the grammar

    /** Looks at a block and takes out what is not kept; returns its new end. */
    private int scan(byte[] a, int from, int to) {
        int kept = from;
        int run = from;
        int r = from;
        removed = 0;
        while (r < to && !isRaw()) {
            switch (place) {
                case START -> {
                    if (dots && a[r] == '.') {
                        kept = close(a, kept, run, r);
                        run = ++r;
                        removed++;
                        place = Place.DOT;
                    } else {
                        beginLine();
                    }
                }
                case DOT -> {
                    if (a[r] == '\r') {
                        run = ++r;
                        removed++;
                        place = Place.DOT_CR;
                    } else {
                        beginLine();
                    }
                }
                case DOT_CR -> {
                    if (a[r] == '\n') {
                        readTo = r + 1;
                        place = Place.END;
                        endData();
                        return kept;
                    }
                    wrong(Fault.BARE_CR, offset(from, r));
                    beginLine();
                }
                case CR -> {
                    if (a[r] == '\n') {
                        r++;
                        endLine(offset(from, r));
                    } else {
                        wrong(Fault.BARE_CR, offset(from, r));
                        place = Place.MIDDLE;
                    }
                }
                case MIDDLE -> {
                    if (inHeader && headerPlace != HeaderPlace.REST) {
                        r = headerName(a, from, r, to);
                    }
                    r = lineBreak(a, r, to);
                    if (r == to) {
                        break;
                    }
                    switch (a[r]) {
                        case '\n' -> wrong(Fault.BARE_LF, offset(from, r));
                        case 0 -> wrong(Fault.NUL, offset(from, r));
                        default -> place = Place.CR;
                    }
                    r++;
                }
                case END -> throw new AssertionError("read beyond the end");
            }
        }
        if (r < to) {
            any(a, r, to);
        }
        check(offset(from, to));
        return close(a, kept, run, to);
    }

    /** Tells whether any byte may follow. */
    private boolean isRaw() {
        return binary && !inHeader;
    }

    /** Takes note of bytes that may be any. */
    private void any(byte[] a, int from, int to) {
        int r = from;
        long seen = 0;
        for (; r <= to - Long.BYTES; r += Long.BYTES) {
            seen |= (long) LONG.get(a, r);
        }
        while (r < to) {
            seen |= a[r++];
        }
        high |= seen;
    }

    /** Moves a run to where the kept bytes end; returns their new end. */
    private static int close(byte[] a, int kept, int run, int end) {
        if (kept != run) {
            System.arraycopy(a, run, a, kept, end - run);
        }
        return kept + (end - run);
    }

    /** Returns the place in the message of a place in the block. */
    private long offset(int from, int r) {
        return size + (r - from) - removed;
    }

    /** Returns the next CR, LF or NUL, or the end. */
    private int lineBreak(byte[] a, int from, int to) {
        int r = from;
        long seen = 0;
        while (r <= to - Long.BYTES) {
            long eight = (long) LONG.get(a, r);
            // The lowest high bit marks the first byte below; those above it may be wrong.
            long hit = (eight - STOPS) & ~eight & HIGHS;
            if (hit == 0) {
                seen |= eight;
                r += Long.BYTES;
                continue;
            }
            int bits = Long.numberOfTrailingZeros(hit) - 7;
            seen |= eight & ((1L << bits) - 1);
            r += bits / Byte.SIZE;
            if (isStop(a[r])) {
                high |= seen;
                return r;
            }
            r++;
        }
        while (r < to && !isStop(a[r])) {
            seen |= a[r++];
        }
        high |= seen;
        return r;
    }

    private static boolean isStop(byte b) {
        return b == '\r' || b == '\n' || b == 0;
    }

    private void beginLine() {
        place = Place.MIDDLE;
        headerPlace = HeaderPlace.START;
    }

    private void endLine(long offset) {
        check(offset);
        if (inHeader && offset - lineStart == 2) {
            inHeader = false;
            headerEnd = lineStart;
            bodyStart = offset;
            headerHigh |= high;
            high = 0;
        }
        lineStart = offset;
        place = Place.START;
    }

    private void endData() {
        if (!inHeader) {
            return;
        }
        if (firstStray >= 0) {
            settle();
            return;
        }
        headerEnd = lineStart;
        bodyStart = lineStart;
        headerHigh = high;
        high = 0;
    }

    /** Reads a header line up to the colon of its name, or to where it turns out to be no field. */
    private int headerName(byte[] a, int from, int at, int to) {
        int r = at;
        while (r < to && headerPlace != HeaderPlace.REST) {
            int b = a[r];
            switch (headerPlace) {
                case START -> {
                    if (b == '\r') {
                        headerPlace = HeaderPlace.REST;
                        return r;
                    }
                    boolean blank = b == ' ' || b == '\t';
                    if (blank && fields > 0) {
                        headerPlace = HeaderPlace.REST;
                        return r;
                    }
                    if (++fields > limits.headerFields()) {
                        if (firstStray >= 0) {
                            settle();
                            return r;
                        }
                        wrong(Fault.HEADER_TOO_BIG, offset(from, r));
                    }
                    if (!HeaderBytes.isNameByte(b)) {
                        stray(offset(from, r));
                        return r;
                    }
                    headerPlace = HeaderPlace.NAME;
                }
                case NAME -> {
                    if (b == ':') {
                        headerPlace = HeaderPlace.REST;
                    } else if (b == ' ' || b == '\t') {
                        headerPlace = HeaderPlace.BLANK;
                    } else if (!HeaderBytes.isNameByte(b)) {
                        stray(offset(from, r));
                        return r;
                    }
                }
                case BLANK -> {
                    if (b == ':') {
                        headerPlace = HeaderPlace.REST;
                    } else if (b != ' ' && b != '\t') {
                        stray(offset(from, r));
                        return r;
                    }
                }
                case REST -> throw new AssertionError("the name is read");
            }
            r++;
        }
        return r;
    }

    /** A line that is no field: kept in the header if an empty line follows soon enough, else the body begins with it. */
    private void stray(long offset) {
        check(offset);
        headerPlace = HeaderPlace.REST;
        if (firstStray < 0) {
            firstStray = lineStart;
            headerHigh = high;
            high = 0;
        }
    }

    /** No empty line came soon enough: what began with the first line that is no field is the body. */
    private void settle() {
        inHeader = false;
        headerEnd = firstStray;
        bodyStart = firstStray;
    }

    // ---- faults

    /** Notes that the byte at an offset is wrong, unless a limit was passed before or by it. */
    private void wrong(Fault why, long offset) {
        check(offset + 1);
        if (fault == null && !isRaw()) {
            fault = why;
        }
    }

    /** Checks the limits for so many bytes. Where more than one is passed, that which was passed first counts. */
    private void check(long bytes) {
        if (fault != null) {
            return;
        }
        long overSize = bytes - mostBytes;
        // Where a body begins that may be any bytes, lines end to be of interest.
        long lines = inHeader || !binary ? bytes : lineStart;
        if (inHeader && firstStray >= 0 && bytes > limits.headerBytes()) {
            settle();
            lines = binary ? limits.headerBytes() + 1 : bytes;
        }
        long overLine =
                lines - lineStart > limits.lineBytes() ? bytes - lineStart - limits.lineBytes() : Long.MIN_VALUE;
        long overHeader = inHeader ? bytes - limits.headerBytes() : Long.MIN_VALUE;
        long most = Math.max(overSize, Math.max(overLine, overHeader));
        if (most > 0) {
            fault = most == overSize ? Fault.TOO_BIG : most == overLine ? Fault.LINE_TOO_LONG : Fault.HEADER_TOO_BIG;
        }
    }

    // ---- around it

    @Override
    public void end() {
        if (dots || place == Place.END) {
            throw new IllegalStateException(dots ? "a dot ends the data" : "the data has ended");
        }
        if (fault == null && !isRaw()) {
            if (place == Place.CR) {
                refuse(Fault.BARE_CR);
            } else if (place == Place.MIDDLE) {
                feed(ByteBuffer.wrap(CRLF));
            }
        }
        endData();
        place = Place.END;
    }

    @Override
    public @Nullable Fault fault() {
        return fault;
    }

    @Override
    public void whenReady(Executor turn, Runnable action) {
        spool.whenReady(() -> {
            try {
                turn.execute(action);
            } catch (RejectedExecutionException e) {
                LOG.debug("{}: nobody is there any more to go on", id, e);
            }
        });
    }

    @Override
    public void tap(Consumer<ByteBuffer> tap) {
        this.tap = tap;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void complete(Executor turn, Consumer<Received> then) {
        if (place != Place.END) {
            throw new IllegalStateException("the data has not ended");
        }
        if (spool.hasFailed()) {
            refuse(Fault.STORAGE);
        }
        var why = fault;
        if (why != null) {
            then.accept(new Received.Faulty(why));
            return;
        }
        var last = chunk;
        chunk = null;
        var content = spool.finish(last, filled, new Spool.Finish() {
            @Override
            public void kept(Content content) {
                tell(turn, then, read(content));
            }

            @Override
            public void failed() {
                tell(turn, then, new Received.Faulty(Fault.STORAGE));
            }
        });
        if (content != null) {
            hand(then, read(content));
        }
    }

    private Received read(Content content) {
        try {
            var bytes = HeaderBytes.read(content, (int) headerEnd);
            var headers = FieldList.parse(bytes, (int) headerEnd, (headerHigh & HIGHS) != 0);
            var body = new StoredBody(content, bodyStart, size, limits.keepBody(), (high & HIGHS) != 0, binary);
            return new Received.Complete(new StoredMessage(settings, headers, body));
        } catch (IOException e) {
            LOG.error("{}: message refused for now: cannot read what was just written: {}", id, e.toString());
            content.close();
            return new Received.Faulty(Fault.STORAGE);
        } catch (RuntimeException e) {
            LOG.error("{}: message refused for now: its header can't be read", id, e);
            content.close();
            return new Received.Faulty(Fault.STORAGE);
        }
    }

    private void tell(Executor turn, Consumer<Received> then, Received received) {
        try {
            turn.execute(() -> hand(then, received));
        } catch (RejectedExecutionException e) {
            LOG.debug("{}: nobody is there any more to take the message", id, e);
            if (received instanceof Received.Complete(var unwanted)) {
                unwanted.close();
            }
        }
    }

    private void hand(Consumer<Received> then, Received received) {
        if (received instanceof Received.Complete(var complete)) {
            message = complete;
            if (aborted) {
                complete.close();
                return;
            }
        }
        if (!aborted) {
            then.accept(received);
        }
    }

    @Override
    public void abort() {
        aborted = true;
        if (fault == null) {
            fault = Fault.STORAGE;
        }
        var complete = message;
        if (complete != null) {
            complete.close();
        } else {
            spool.discard();
            chunk = null;
        }
    }
}
